interface Entry {
  readonly source: Promise<string>;
  users: number;
}

/** Keeps fetched images in memory while they are on screen, and some of those that were. */
export class BlobCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly load: (url: string) => Promise<Blob>,
    /** How many that are not on screen are kept. */
    private readonly spare = 24,
    private readonly addresses: Pick<typeof URL, 'createObjectURL' | 'revokeObjectURL'> = URL,
  ) {}

  /** The address of an image in memory, valid until it is released. */
  lease(url: string): { readonly source: Promise<string>; readonly release: () => void } {
    let entry = this.entries.get(url);
    if (!entry) {
      entry = { source: this.load(url).then(blob => this.addresses.createObjectURL(blob)), users: 0 };
      // One that failed is fetched again the next time.
      entry.source.catch(() => this.entries.delete(url));
    }
    // The least recently used one is removed first.
    this.entries.delete(url);
    this.entries.set(url, entry);
    entry.users++;
    const leased = entry;
    let isReleased = false;
    return {
      source: entry.source,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        leased.users--;
        this.trim();
      },
    };
  }

  private trim(): void {
    const unused = [...this.entries].filter(([, entry]) => entry.users === 0);
    for (const [url, entry] of unused.slice(0, Math.max(0, unused.length - this.spare))) {
      this.entries.delete(url);
      entry.source.then(address => this.addresses.revokeObjectURL(address)).catch(() => {});
    }
  }
}
