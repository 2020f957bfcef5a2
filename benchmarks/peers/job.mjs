// The steps of the reference job for the workers on Node.js, the same as Job/JobSteps.cs, and their HTTP front.
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { Pool, request } from 'undici';

const { DATABASE_URL, PROVIDER_URL, IMAGE_FOLDER, PORT } = process.env;

const database = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
database.on('error', () => {}); // An idle connection was cut; the next query opens another.
const provider = new Pool(new URL(PROVIDER_URL).origin, { pipelining: 1, keepAliveTimeout: 60_000 });

/** Each step may run twice and leaves the same behind. */
export const steps = {
  async insert({ id, prompt }) {
    await database.query({
      name: 'insert',
      text: `INSERT INTO campaign (id, prompt, status) VALUES ($1, $2, 'PENDING') ON CONFLICT (id) DO NOTHING`,
      values: [id, prompt],
    });
  },

  async writeText(job) {
    return (await call('/text', job)).text;
  },

  /** Writes the image's 15 KB to a file, whose path is the result. */
  async drawImage(job) {
    const { image } = await call('/image', job);
    const path = join(IMAGE_FOLDER, `${job.id}.png`);
    await writeFile(path, Buffer.from(image, 'base64'));
    return path;
  },

  async complete(id, text, imagePath) {
    await database.query({
      name: 'complete',
      text: `UPDATE campaign
             SET status = 'COMPLETE', text = $2, image_path = $3, completed_at = coalesce(completed_at, clock_timestamp())
             WHERE id = $1`,
      values: [id, text, imagePath],
    });
  },
};

async function call(path, job) {
  const response = await request(PROVIDER_URL, {
    dispatcher: provider, path, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(job),
  });
  if (response.statusCode === 200) return response.body.json();
  await response.body.dump();
  throw new Error(`The provider responds with ${response.statusCode}`);
}

/** Serves GET /health and, with a function that accepts a job, POST /submit. */
export function serve(accept) {
  const server = createServer(async (incoming, response) => {
    if (incoming.url === '/health') return response.writeHead(200).end();
    try {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      await accept(JSON.parse(body));
      return response.writeHead(202).end();
    } catch (error) {
      console.error(error);
      return response.writeHead(500).end(error.message);
    }
  });
  server.keepAliveTimeout = 120_000;
  server.listen({ host: '127.0.0.1', port: Number(PORT), backlog: 4096 });
}
