// Where things are. What a run keeps is under .atelier/, which git ignores.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const benchmarks = dirname(dirname(fileURLToPath(import.meta.url)));
const repository = dirname(benchmarks);
const data = join(repository, '.atelier', 'benchmarks');

export const folders = {
  repository,
  benchmarks,
  data,
  docs: join(repository, 'docs'),
  binaries: join(data, 'bin'),
  logs: join(data, 'logs'),
  services: join(repository, '.atelier', 'services'), // the packages of EmbeddedHost: installed once for both
};
