// A DBOS workflow for each campaign, its checkpoints in the same PostgreSQL.
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { drawImage, Ends, record, serve, writeText } from './record.mjs';

const ends = new Ends();
const step = (name, work) => DBOS.runStep(work, { name, retriesAllowed: true, intervalSeconds: 1, maxAttempts: 5, backoffRate: 2 });
const campaign = DBOS.registerWorkflow(async (id, prompt) => {
  await Promise.all([step('text', () => writeText(id, prompt)), step('image', () => drawImage(id, prompt))]);
  await step('end', async () => { await record.end(id, 'COMPLETE'); });
  ends.announce(id);
}, { name: 'campaign' });

await record.prepare();
DBOS.setConfig({ name: 'service', systemDatabaseUrl: process.env.DATABASE_URL, logLevel: 'error', applicationVersion: '1', executorID: 'one' });
await DBOS.launch();
await serve({ newId: randomUUID, ends, start: (id, prompt) => DBOS.startWorkflow(campaign, { workflowID: id })(id, prompt) });
