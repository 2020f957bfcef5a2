import { readStored, writeStored } from './storage';

/** `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark';

const slot = 'atelier.theme';

export function storedTheme(): Theme {
  const stored = readStored(() => localStorage, slot);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function chooseTheme(theme: Theme): void {
  writeStored(() => localStorage, slot, theme === 'system' ? null : theme);
  applyTheme(theme);
}
