-- The app's identity signs in to PostgreSQL under a role of its own name. Run in the database postgres by the administrator.
-- psql variables: role, the identity's name; id, its object id.
select pgaadauth_create_principal_with_oid(:'role', :'id', 'service', false, false)
where not exists (select from pg_roles where rolname = :'role');
