// The services, and how each is started.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folders } from '../harness/folders.mjs';

// Azurite's account and key are the same everywhere and public.
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const CONTAINER = 'campaign-images';
const here = fileURLToPath(new URL('.', import.meta.url));
const onNode = (file) => () => ({ program: process.execPath, args: [join(here, file)] });

export const services = {
  atelier: {
    command: ({ port, data, PROVIDER_URL, NPGSQL, STORAGE }) => ({
      program: 'dotnet',
      args: [join(folders.binaries, 'EmbeddedHost', 'EmbeddedHost.dll'), '--urls', `http://127.0.0.1:${port}`, '--data', data],
      env: {
        ConnectionStrings__Postgres: NPGSQL, AzureWebJobsStorage: STORAGE, Providers__Text: 'openai', Providers__Image: 'openai',
        // As many as there are activities: the others have no limit, and a part that finds none free waits for a second.
        Providers__MaxConcurrentCalls: '100', Providers__OpenAI__Endpoint: PROVIDER_URL, Providers__OpenAI__ApiKey: 'none', Providers__OpenAI__TextModel: 'text', Providers__OpenAI__ImageModel: 'image',
      },
    }),
  },
  floor: { command: () => ({ program: 'dotnet', args: [join(folders.binaries, 'benchmarks', 'ServiceFloor', 'ServiceFloor.dll')] }) },
  bullmq: { command: onNode('bullmq.mjs'), redis: true },
  dbos: { command: onNode('dbos.mjs') },
};

export const storage = (port) =>
  `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`;

/** Creates the container. Shared Key authorization: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key. */
export async function container(port) {
  const date = new Date().toUTCString();
  const canonical = `PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:${date}\nx-ms-version:2021-12-02\n/${ACCOUNT}/${ACCOUNT}/${CONTAINER}\nrestype:container`;
  const signature = createHmac('sha256', Buffer.from(KEY, 'base64')).update(canonical).digest('base64');
  const response = await fetch(`http://127.0.0.1:${port}/${ACCOUNT}/${CONTAINER}?restype=container`, {
    method: 'PUT', headers: { 'x-ms-date': date, 'x-ms-version': '2021-12-02', authorization: `SharedKey ${ACCOUNT}:${signature}` },
  });
  if (!response.ok && response.status !== 409) throw new Error(`Azurite: ${response.status} ${await response.text()}`);
}
