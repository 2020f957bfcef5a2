import type { ApiClient } from '../api/client';
import { readProblem } from '../api/client';

const endings: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** Saves an image under a name of its own, with the ending of its type. */
export async function downloadImage(client: ApiClient, url: string, name: string): Promise<void> {
  const { blob } = await fetchFile(client, url);
  saveBlob(blob, `${name}.${endings[blob.type] ?? 'img'}`);
}

/** Saves a file under the name that the service gives it. */
export async function downloadFile(client: ApiClient, url: string, fallback: string): Promise<void> {
  // Where the page has nothing to add to the request, the browser streams the file to the disk.
  if (Object.keys(client.headers).length === 0) {
    save(url, '');
    return;
  }
  const { blob, name } = await fetchFile(client, url);
  saveBlob(blob, name ?? fallback);
}

/** The name in a Content-Disposition header (RFC 6266, in the encoding of RFC 5987). */
export function fileNameIn(disposition: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  try {
    return encoded === undefined ? null : decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

async function fetchFile(client: ApiClient, url: string): Promise<{ readonly blob: Blob; readonly name: string | null }> {
  const response = await client.open(url);
  if (!response.ok) throw await readProblem(response);
  return { blob: await response.blob(), name: fileNameIn(response.headers.get('Content-Disposition')) };
}

function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  save(address, name);
  // The browser has begun by then; revoking at once would stop it in some.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function save(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
