-- What the app's role may do: read and write rows. It owns nothing and changes no schema. Run in the app's database after the migrations.
-- psql variable: role.
grant usage on schema public to :"role";
grant select, insert, update, delete on all tables in schema public to :"role";
grant usage, select on all sequences in schema public to :"role";
