import { readStored, writeStored } from './storage';

const slot = 'atelier.notify';

export type NotifyState = 'unsupported' | 'denied' | 'off' | 'on';

/** Whether this browser shows notifications of outcomes while the page is in the background. */
export function notifyState(): NotifyState {
  if (!('Notification' in globalThis)) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && readStored(() => localStorage, slot) === 'on' ? 'on' : 'off';
}

/** Turns them on, for which the browser asks the user, or off. */
export async function setNotify(isOn: boolean): Promise<NotifyState> {
  if (isOn && 'Notification' in globalThis && Notification.permission === 'default') await Notification.requestPermission();
  writeStored(() => localStorage, slot, isOn ? 'on' : null);
  return notifyState();
}

/** Shows one, where they are on; a click leads to the campaign. */
export function showNotification(title: string, body: string, tag: string, hash: string): void {
  if (notifyState() !== 'on') return;
  try {
    const notification = new Notification(title, { body, tag, icon: '/favicon.svg' });
    notification.onclick = () => {
      window.focus();
      window.location.hash = hash;
      notification.close();
    };
  } catch {
    // Phones' browsers show notifications from service workers only.
  }
}
