// A BullMQ flow for each campaign: a parent that completes it, with a text and an image as its children. Redis appends to its file.
import { randomUUID } from 'node:crypto';
import { FlowProducer, QueueEvents, Worker } from 'bullmq';
import { drawImage, Ends, record, serve, writeText } from './record.mjs';

const concurrency = 64;
const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const retries = { attempts: 5, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: { count: 1_000 } };
const ends = new Ends();

await record.prepare();
const flows = new FlowProducer({ connection });
const events = new QueueEvents('campaign', { connection });
events.on('completed', ({ jobId }) => ends.announce(jobId));
await Promise.all([
  events.waitUntilReady(),
  worker('text', ({ data }) => writeText(data.id, data.prompt)),
  worker('image', ({ data }) => drawImage(data.id, data.prompt)),
  worker('campaign', ({ data }) => record.end(data.id, 'COMPLETE').then(() => {})),
]);
await serve({
  newId: randomUUID,
  ends,
  start: (id, prompt) => flows.add({
    ...job('campaign', { id }, id), children: [job('text', { id, prompt }, `${id}-text`), job('image', { id, prompt }, `${id}-image`)],
  }),
});

function job(queueName, data, jobId) {
  return { name: queueName, queueName, data, opts: { ...retries, jobId } };
}

function worker(queue, work) {
  return new Worker(queue, work, { connection, concurrency })
    .on('error', (error) => console.error(queue, error.message))
    .on('failed', (failed, error) => console.error(queue, failed?.id, error.message))
    .waitUntilReady();
}
