/** A value that the browser keeps, where it may. */
export function readStored(storage: () => Storage, name: string): string | null {
  try {
    return storage().getItem(name);
  } catch {
    return null;
  }
}

export function writeStored(storage: () => Storage, name: string, value: string | null): void {
  try {
    if (value === null || value === '') storage().removeItem(name);
    else storage().setItem(name, value);
  } catch {
    // Forbidden or full: the value lasts as long as the page.
  }
}
