import { useCallback, useEffect, useState } from 'react';
import { useSession } from '../app/session';
import { BlobCache } from '../lib/blobCache';
import type { ApiClient } from '../api/client';
import { Icon } from './Icon';

const caches = new WeakMap<ApiClient, BlobCache>();

/** The blobs of one caller's images; another caller's page has others. */
export function blobsOf(client: ApiClient): BlobCache {
  let cache = caches.get(client);
  if (!cache) {
    cache = new BlobCache(async url => {
      const response = await client.open(url);
      if (!response.ok) throw new Error(`Image: ${response.status}`);
      return response.blob();
    });
    caches.set(client, cache);
  }
  return cache;
}

/** The widths in pixels of the smaller copies that the API makes. */
const widths = [160, 320, 640, 1280];

/** The address of the smallest copy that fills a width on this screen; of the image itself where none does. */
export function sizedUrl(url: string, width: number | undefined, density: number): string {
  const copy = width === undefined ? undefined : widths.find(each => each >= width * density);
  return copy === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}width=${copy}`;
}

interface Props {
  readonly url: string;
  readonly alt: string;
  /** How wide it is shown, in CSS pixels, to load a copy of that size; by default the image itself. */
  readonly width?: number;
  /** Its size in pixels, so that its place is kept while it loads. */
  readonly size?: { readonly width: number | null; readonly height: number | null };
  readonly isLazy?: boolean;
}

/** An image of a campaign. Where the API needs a key, which an img element cannot send, it is fetched and shown from memory. */
export function CampaignImage({ url, alt, width, size, isLazy = false }: Props) {
  const { client } = useSession();
  const needsHeaders = Object.keys(client.headers).length > 0;
  const sized = sizedUrl(url, width, window.devicePixelRatio);
  // Of some images no copy can be made.
  const [hasNoCopy, setHasNoCopy] = useState(false);
  const address = hasNoCopy ? url : sized;
  const [source, setSource] = useState<string | null>(needsHeaders ? null : address);
  const [isBroken, setBroken] = useState(false);
  const fail = useCallback(() => (address === url ? setBroken(true) : setHasNoCopy(true)), [address, url]);
  useEffect(() => {
    setBroken(false);
    if (!needsHeaders) {
      setSource(address);
      return;
    }
    let isWanted = true;
    const lease = blobsOf(client).lease(address);
    lease.source.then(
      local => isWanted && setSource(local),
      () => isWanted && fail(),
    );
    return () => {
      isWanted = false;
      lease.release();
    };
  }, [client, address, needsHeaders, fail]);

  if (isBroken) {
    return (
      <span className="image-broken" role="img" aria-label={`${alt} (cannot be shown)`}>
        <Icon name="image" />
      </span>
    );
  }
  if (source === null) return <span className="image-loading" role="img" aria-label={`${alt} (loading)`} />;
  return <img src={source} alt={alt} width={size?.width ?? undefined} height={size?.height ?? undefined} loading={isLazy ? 'lazy' : 'eager'} decoding="async" onError={fail} />;
}
