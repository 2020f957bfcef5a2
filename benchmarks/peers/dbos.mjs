// The reference job as a DBOS workflow, on the same PostgreSQL as its status rows. Settings are DBOS's defaults.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { serve, steps } from './job.mjs';

const step = (name, work) => DBOS.runStep(work, { name, retriesAllowed: true, maxAttempts: 5, intervalSeconds: 1, backoffRate: 2 });

const runJob = DBOS.registerWorkflow(async (job) => {
  await step('insert', () => steps.insert(job));
  // DBOS requires that all outcomes are awaited, also when one of them fails.
  const outcomes = await Promise.allSettled([step('text', () => steps.writeText(job)), step('image', () => steps.drawImage(job))]);
  for (const { status, reason } of outcomes) if (status === 'rejected') throw reason;
  const [text, image] = outcomes.map(({ value }) => value);
  await step('complete', () => steps.complete(job.id, text, image));
}, { name: 'runJob' });

// One executor of one version: what a worker left undone is recovered by the next.
DBOS.setConfig({
  name: 'reference-job', systemDatabaseUrl: process.env.DATABASE_URL, executorID: 'worker', applicationVersion: '1', logLevel: 'error',
});
await DBOS.launch();
serve((job) => DBOS.startWorkflow(runJob, { workflowID: job.id })(job));
