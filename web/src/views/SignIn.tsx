import { useState } from 'react';
import type { Problem } from '../api/problem';
import type { PageSettings } from '../api/types';
import { Button } from '../components/Button';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';

interface Props {
  readonly mode: PageSettings['accessMode'];
  readonly problem: Problem;
  readonly hadKey: boolean;
  readonly onKey: (key: string) => void;
}

/** Signs a visitor in, by this installation's access mode. */
export function SignIn({ mode, problem, hadKey, onKey }: Props) {
  const [key, setKey] = useState('');
  const [error, setError] = useState<string | undefined>(hadKey ? problem.message : undefined);
  return (
    <main className="signin">
      <div className="signin-card">
        <span className="brand-mark">
          <Icon name="logo" />
        </span>
        <h1>Atelier</h1>
        {mode === 'ApiKey' ? (
          <form
            noValidate
            onSubmit={event => {
              event.preventDefault();
              const text = key.trim();
              if (/^[\x21-\x7e]+$/.test(text)) onKey(text);
              else setError(text === '' ? 'Paste your API key.' : 'This is not an API key: it has letters that no key has.');
            }}
          >
            <p>Prompts become campaigns here. Enter your API key to sign in.</p>
            <Field label="API key" hint="It is kept in this tab, and forgotten when you close it." error={error}>
              {attributes => (
                <input
                  {...attributes}
                  type="password"
                  value={key}
                  onChange={event => {
                    setKey(event.target.value);
                    setError(undefined);
                  }}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="atelier_…"
                  autoFocus
                />
              )}
            </Field>
            <Button type="submit" variant="primary">
              Come in
            </Button>
            <p className="field-hint">The operator of this service makes keys: see its documentation on access.</p>
          </form>
        ) : (
          <>
            <p role="alert">{problem.message}</p>
            <a className="button button-primary" href={`/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(`/${window.location.hash}`)}`}>
              Sign in
            </a>
          </>
        )}
      </div>
    </main>
  );
}
