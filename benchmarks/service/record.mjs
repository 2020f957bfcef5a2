// What the services on Node.js share: the record in PostgreSQL, the calls to the provider, the images in Blob Storage, the API.
import { ContainerClient } from '@azure/storage-blob';
import Fastify from 'fastify';
import pg from 'pg';
import { Pool, request } from 'undici';

const { DATABASE_URL, PROVIDER_URL, STORAGE, PORT } = process.env;
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 16 });
database.on('error', () => {}); // An idle connection was cut; the next query opens another.
const provider = new Pool(new URL(PROVIDER_URL).origin, { pipelining: 1, keepAliveTimeout: 60_000 });
const images = new ContainerClient(STORAGE, 'campaign-images');

// One statement a change, each with its event.
const query = (name, text, values) => database.query({ name, text, values });
const change = (name, statement, type, values) => query(
  name, `WITH changed AS (${statement} RETURNING id) INSERT INTO event (campaign_id, type) SELECT id, '${type}' FROM changed`, values);

export const record = {
  prepare: () => database.query(`
    CREATE TABLE IF NOT EXISTS campaign (id uuid PRIMARY KEY, caller text NOT NULL, idempotency_key text, prompt text NOT NULL, status text NOT NULL DEFAULT 'RUNNING',
      text text, blob_name text, bytes integer, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (caller, idempotency_key)) WITH (fillfactor = 60);
    CREATE TABLE IF NOT EXISTS event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, campaign_id uuid NOT NULL, type text NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX IF NOT EXISTS event_campaign_id ON event (campaign_id)`),
  accept: (id, key, prompt) => change(
    'accept', "INSERT INTO campaign (id, caller, idempotency_key, prompt) VALUES ($1, 'local', $2, $3) ON CONFLICT DO NOTHING", 'accepted', [id, key, prompt]),
  text: (id, text) => change('text', 'UPDATE campaign SET text = $2, updated_at = now() WHERE id = $1', 'text', [id, text]),
  image: (id, name, bytes) => change('image', 'UPDATE campaign SET blob_name = $2, bytes = $3, updated_at = now() WHERE id = $1', 'image', [id, name, bytes]),
  end: (id, status) => change('end', "UPDATE campaign SET status = $2, updated_at = now() WHERE id = $1 AND status = 'RUNNING'", 'ended', [id, status]),
  find: async (id) => (await query('find', 'SELECT * FROM campaign WHERE id = $1', [id])).rows[0],
  findByKey: async (key) => (await query('by_key', "SELECT * FROM campaign WHERE caller = 'local' AND idempotency_key = $1", [key])).rows[0],
};

export async function writeText(id, prompt) {
  const { choices } = await call('/chat/completions', { model: 'text', messages: [{ role: 'user', content: prompt }] });
  await record.text(id, choices[0].message.content);
}

export async function drawImage(id, prompt) {
  const { data } = await call('/images/generations', { model: 'image', prompt, n: 1, size: '1024x1024' });
  const bytes = Buffer.from(data[0].b64_json, 'base64');
  const name = `${id}/image-0.png`;
  await images.getBlockBlobClient(name).upload(bytes, bytes.length, { blobHTTPHeaders: { blobContentType: 'image/png' } });
  await record.image(id, name, bytes.length);
}

/** Those who wait for the end of a campaign in this process. */
export class Ends {
  #waiting = new Map();

  announce(id) {
    this.#waiting.get(id)?.forEach((resolve) => resolve());
    this.#waiting.delete(id);
  }

  /** The campaign once it has ended, or after the time is up. Waits before it looks, so that no end is missed in between. */
  async wait(id, milliseconds) {
    const ended = new Promise((resolve) => { this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]); });
    const campaign = await record.find(id);
    if (campaign?.status !== 'RUNNING') return campaign;
    let timer;
    await Promise.race([ended, new Promise((resolve) => { timer = setTimeout(resolve, milliseconds); })]);
    clearTimeout(timer);
    return record.find(id);
  }
}

/** The API; `start` gives the work to the engine. */
export async function serve({ newId, start, ends }) {
  const app = Fastify();
  const schema = { body: { type: 'object', required: ['prompt'], properties: { prompt: { type: 'string', minLength: 1, maxLength: 4000 } } } };
  app.get('/api/health/ready', async () => ({}));
  app.post('/api/campaigns', { schema }, async (incoming, reply) => {
    const key = incoming.headers['idempotency-key'] ?? null;
    let id = newId();
    if ((await record.accept(id, key, incoming.body.prompt)).rowCount === 1) await start(id, incoming.body.prompt);
    else ({ id } = await record.findByKey(key));
    return reply.code(202).header('location', `/api/campaigns/${id}`).send({ id, status: 'RUNNING' });
  });
  app.get('/api/campaigns/:id', async ({ params: { id }, query: { wait } }, reply) => {
    const campaign = wait ? await ends.wait(id, Number(wait) * 1000) : await record.find(id);
    return campaign ?? reply.code(404).send({});
  });
  await app.listen({ port: Number(PORT), host: '127.0.0.1' });
}

async function call(path, body) {
  const response = await request(PROVIDER_URL + path, {
    dispatcher: provider, method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer none' }, body: JSON.stringify(body),
  });
  if (response.statusCode === 200) return response.body.json();
  await response.body.dump();
  throw new Error(`The provider responds with ${response.statusCode}`);
}

