import type { ApiClient } from '../api/client';

const endings: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** Saves an image under a name of its own, with the ending of its type. */
export async function downloadImage(client: ApiClient, url: string, name: string): Promise<void> {
  const response = await client.open(url);
  if (!response.ok) throw new Error(`The image cannot be fetched (${response.status}).`);
  const blob = await response.blob();
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.${endings[blob.type] ?? 'img'}`;
  link.click();
  // The browser has begun by then; revoking at once would stop it in some.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
