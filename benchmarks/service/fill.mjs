// Fills the tables of Atelier with copies of one campaign: as many as a service has after some years.

/** The caller of the benchmark gets half of the copies, a thousand others the rest. */
export async function fill(client, rows) {
  await client.query("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'");
  const { rows: [template] } = await client.query("SELECT id, instance_id FROM campaigns WHERE status = 'COMPLETE' ORDER BY id LIMIT 1");
  await copy('campaigns', 'id', `
    'user_id', CASE WHEN n % 2 = 0 THEN (t).user_id ELSE 'user ' || n % 1000 END, 'instance_id', key.id,
    'prompt', 'A campaign for ' || words[1 + n % 5000] || ' and ' || words[1 + n / 7 % 5000] || ', in ' || words[1 + n / 11 % 5000],
    'created_at', at, 'updated_at', at, 'completed_at', at, 'checked_at', at`);
  for (const table of ['campaign_images', 'campaign_attempts']) await copy(table, 'campaign_id');
  await copy('campaign_events', 'campaign_id', "'id', n::bigint * 8 + number, 'at', at, 'user_id', CASE WHEN n % 2 = 0 THEN (t).user_id ELSE 'user ' || n % 1000 END");
  await copy('durable_atelier.instances', 'id', "'run_id', key.id, 'created_at', at, 'updated_at', at, 'completed_at', at");
  await copy('durable_atelier.history', 'instance_id');
  await client.query(`INSERT INTO campaign_words (owner, period, word, campaign_id)
    SELECT hashtextextended(user_id, 0), campaign_period(created_at), word, id FROM campaigns, unnest(campaign_words_of(prompt, name, text, tags, favorite)) AS word
    ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING`);
  await client.query('SET session_replication_role = origin');
  await client.query('VACUUM ANALYZE');

  async function copy(table, key, changes = '') {
    await client.query(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE
      SELECT r.* FROM
        (SELECT t, row_number() OVER () AS number FROM ${table} AS t WHERE ${key}::text = $1) AS template(t, number),
        (SELECT array_agg('word' || w) FROM generate_series(1, 5000) AS w) AS vocabulary(words),
        generate_series(1, ${rows}) AS n,
        LATERAL (SELECT '01900000-0000-7000-8000-' || lpad(to_hex(${rows} - n), 12, '0'), now() - (n || ' seconds')::interval) AS key(id, at),
        LATERAL jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object('${key}', key.id${changes && `, ${changes}`})) AS r`,
    [table.startsWith('durable') ? template.instance_id : template.id]);
  }
}
