import { useEffect, useState } from 'react';
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

interface Props {
  readonly url: string;
  readonly alt: string;
  readonly isLazy?: boolean;
}

/** An image of a campaign. Where the API needs a key, which an img element cannot send, it is fetched and shown from memory. */
export function CampaignImage({ url, alt, isLazy = false }: Props) {
  const { client } = useSession();
  const needsHeaders = Object.keys(client.headers).length > 0;
  const [source, setSource] = useState<string | null>(needsHeaders ? null : url);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    setBroken(false);
    if (!needsHeaders) {
      setSource(url);
      return;
    }
    let isWanted = true;
    const lease = blobsOf(client).lease(url);
    lease.source.then(
      address => isWanted && setSource(address),
      () => isWanted && setBroken(true),
    );
    return () => {
      isWanted = false;
      lease.release();
    };
  }, [client, url, needsHeaders]);

  if (isBroken) {
    return (
      <span className="image-broken" role="img" aria-label={`${alt} (cannot be shown)`}>
        <Icon name="image" />
      </span>
    );
  }
  if (source === null) return <span className="image-loading" role="img" aria-label={`${alt} (loading)`} />;
  return <img src={source} alt={alt} loading={isLazy ? 'lazy' : 'eager'} decoding="async" onError={() => setBroken(true)} />;
}
