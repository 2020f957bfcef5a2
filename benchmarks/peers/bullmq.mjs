// The reference job as a BullMQ flow: a parent that completes the row, with two children that call the provider. Settings are
// BullMQ's defaults but for the concurrency, which lets all jobs wait for the provider at once as the other engines do.
import { FlowProducer, Worker } from 'bullmq';
import { serve, steps } from './job.mjs';

const concurrency = 1_000;
const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const retries = { attempts: 5, backoff: { type: 'exponential', delay: 1_000 } };

const flows = new FlowProducer({ connection });
const workers = [
  worker('text', ({ data }) => steps.writeText(data)),
  worker('image', ({ data }) => steps.drawImage(data)),
  worker('complete', async (job) => {
    const results = Object.entries(await job.getChildrenValues());
    const of = (queue) => results.find(([key]) => key.startsWith(`bull:${queue}:`))[1];
    await steps.complete(job.data.id, of('text'), of('image'));
  }),
];
await Promise.all(workers.map((each) => each.waitUntilReady()));

serve(async (job) => {
  await steps.insert(job); // A flow's children come first: the row can only be inserted before it.
  await flows.add({
    ...node('complete', { id: job.id }, job.id),
    children: [node('text', job, job.id), node('image', job, job.id)],
  });
});

function node(queueName, data, jobId) {
  return { name: queueName, queueName, data, opts: { ...retries, jobId } };
}

function worker(queue, work) {
  return new Worker(queue, work, { connection, concurrency })
    .on('error', (error) => console.error(queue, error.message))
    .on('failed', (job, error) => console.error(queue, job?.id, error.message));
}
