// The harness's side of the stub provider.
import { join } from 'node:path';
import { folders } from './folders.mjs';
import { freePorts, launch, stop, untilHealthy } from './processes.mjs';

export async function startStub() {
  const [port] = await freePorts(1);
  const address = `http://127.0.0.1:${port}`;
  const child = launch('stub', process.execPath, [join(folders.benchmarks, 'stub', 'stub.mjs')], {
    logs: folders.logs, env: { STUB_PORT: String(port) },
  });
  await untilHealthy(child, `${address}/counts`);
  return {
    address,
    pid: child.pid,
    reset: (delay) => fetch(`${address}/reset?delay=${delay}`),
    setDelay: (delay) => fetch(`${address}/delay?delay=${delay}`),
    counts: async () => (await fetch(`${address}/counts`)).json(),
    stop: () => stop(child),
  };
}
