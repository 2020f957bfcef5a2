// The reference job as a Restate workflow. Jobs are submitted to Restate's own server, which calls this service back.
import { serve, steps } from './job.mjs';

// The SDK needs this function, which came with Node.js 22.
Promise.withResolvers ??= function withResolvers() {
  const parts = {};
  parts.promise = new this((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const restate = await import('@restatedev/restate-sdk');

const retries = { maxRetryAttempts: 5, initialRetryInterval: 1_000, retryIntervalFactor: 2 };

const service = restate.workflow({
  name: 'Job',
  handlers: {
    run: async (context, job) => {
      await context.run('insert', () => steps.insert(job), retries);
      const [text, image] = await restate.RestatePromise.all([
        context.run('text', () => steps.writeText(job), retries),
        context.run('image', () => steps.drawImage(job), retries),
      ]);
      await context.run('complete', () => steps.complete(job.id, text, image), retries);
    },
  },
});

await restate.serve({ services: [service], port: Number(process.env.RESTATE_SERVICE_PORT) });
serve(() => { throw new Error('Jobs are submitted to Restate.'); });
