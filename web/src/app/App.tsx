import { useCallback, useEffect, useMemo, useState } from 'react';
import { ApiClient, type Credentials } from '../api/client';
import { asProblem, describe, type Problem } from '../api/problem';
import type { Me, PageSettings } from '../api/types';
import { Button } from '../components/Button';
import { Spinner } from '../components/Spinner';
import { readStored, writeStored } from '../lib/storage';
import { SignIn } from '../views/SignIn';
import { SignedIn } from './SignedIn';

const keySlot = 'atelier.key';
const userSlot = 'atelier.user';
const retryInterval = 5_000;

/** Finds out the access mode and the signed-in user, and then shows the page. */
export function App() {
  const [settings, setSettings] = useState<PageSettings | null>(null);
  // A key opens everything its owner has: it goes when the tab does.
  const [credentials, setCredentials] = useState<Credentials>(() => ({
    key: readStored(() => sessionStorage, keySlot) ?? undefined,
    user: readStored(() => localStorage, userSlot) ?? undefined,
  }));
  const [me, setMe] = useState<Me | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [tries, setTries] = useState(0);
  const retry = useCallback(() => setTries(count => count + 1), []);

  const mode = settings?.accessMode;
  const client = useMemo(
    () => new ApiClient(mode === 'ApiKey' ? { key: credentials.key } : mode === 'Development' ? { user: credentials.user } : {}, setProblem),
    [mode, credentials],
  );

  useEffect(() => {
    const leaving = new AbortController();
    new ApiClient({})
      .get<PageSettings>('/settings.json', leaving.signal)
      .then(setSettings, error => leaving.signal.aborted || setProblem(asProblem(error)));
    return () => leaving.abort();
  }, [tries]);

  useEffect(() => {
    setMe(null);
    if (!mode) return;
    setProblem(null);
    const leaving = new AbortController();
    client.get<Me>('/api/me', leaving.signal).then(setMe, error => leaving.signal.aborted || setProblem(asProblem(error)));
    return () => leaving.abort();
  }, [client, mode, tries]);

  const isWaiting = problem !== null && problem.isTransient && me === null;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(retry, retryInterval);
    return () => clearInterval(timer);
  }, [isWaiting, retry]);

  const reloadMe = useCallback(() => void client.get<Me>('/api/me').then(setMe, () => {}), [client]);

  const signIn = useCallback((key: string) => {
    writeStored(() => sessionStorage, keySlot, key);
    setCredentials(known => ({ ...known, key }));
    setProblem(null);
    setTries(count => count + 1);
  }, []);
  const signOut = useCallback(() => {
    writeStored(() => sessionStorage, keySlot, null);
    setCredentials(known => ({ ...known, key: undefined }));
  }, []);
  const changeUser = useCallback((user: string) => {
    writeStored(() => localStorage, userSlot, user);
    setCredentials(known => ({ ...known, user: user === '' ? undefined : user }));
  }, []);

  if (settings && problem?.status === 401) return <SignIn mode={settings.accessMode} problem={problem} hadKey={!!credentials.key} onKey={signIn} />;
  if (problem && !me) {
    return (
      <main className="boot" aria-labelledby="boot-title">
        <h1 id="boot-title">{problem.status === 403 ? 'You have no access' : 'Atelier cannot be reached'}</h1>
        <p role="alert">{describe(problem)}</p>
        <div className="boot-actions">
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
          {credentials.key && (
            <Button onClick={signOut}>Use another key</Button>
          )}
          {mode === 'Development' && credentials.user && <Button onClick={() => changeUser('')}>Be the default user again</Button>}
        </div>
      </main>
    );
  }
  if (!settings || !me) {
    return (
      <main className="boot" aria-busy="true">
        <h1 className="visually-hidden">Atelier</h1>
        <Spinner label="Opening Atelier" />
      </main>
    );
  }
  return (
    <SignedIn
      key={`${me.userId} ${credentials.key ?? ''}`}
      settings={settings}
      client={client}
      me={me}
      reloadMe={reloadMe}
      changeUser={changeUser}
      signOut={signOut}
    />
  );
}
