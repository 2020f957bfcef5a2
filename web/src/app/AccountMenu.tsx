import { useId, useState } from 'react';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { Field } from '../components/Field';
import { Icon } from '../components/Icon';
import { chooseTheme, storedTheme, type Theme } from '../lib/theme';
import { useSession } from './session';

const themes: readonly { readonly value: Theme; readonly label: string; readonly icon: 'system' | 'sun' | 'moon' }[] = [
  { value: 'system', label: 'System', icon: 'system' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
];

/** The signed-in user, the theme, and signing out. */
export function AccountMenu() {
  const { me } = useSession();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="account" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <span className="account-mark" aria-hidden="true">
          {me.userId.charAt(0).toUpperCase()}
        </span>
        <span className="visually-hidden">Account: </span>
        <span className="account-name">{me.userId}</span>
      </button>
      {isOpen && <AccountDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function AccountDialog({ onClose }: { readonly onClose: () => void }) {
  const { me, settings, changeUser, signOut } = useSession();
  const [theme, setTheme] = useState(storedTheme);
  const [user, setUser] = useState(me.userId);
  const [error, setError] = useState<string>();
  const themeName = useId();
  return (
    <Dialog title="Account" onClose={onClose}>
      <dl className="facts">
        <div>
          <dt>Signed in as</dt>
          <dd>{me.userId}</dd>
        </div>
        {me.email && me.email !== me.userId && (
          <div>
            <dt>E-mail</dt>
            <dd>{me.email}</dd>
          </div>
        )}
        <div>
          <dt>Rights</dt>
          <dd>{me.operator ? 'Operator' : 'User'}</dd>
        </div>
      </dl>
      <fieldset className="segments">
        <legend>Appearance</legend>
        {themes.map(({ value, label, icon }) => (
          <label key={value}>
            <input
              type="radio"
              name={themeName}
              checked={theme === value}
              onChange={() => {
                setTheme(value);
                chooseTheme(value);
              }}
            />
            <span>
              <Icon name={icon} />
              {label}
            </span>
          </label>
        ))}
      </fieldset>
      {settings.accessMode === 'Development' && (
        <form
          className="account-user"
          onSubmit={event => {
            event.preventDefault();
            const name = user.trim();
            // The name travels in a header, which holds no other letters.
            if (/^[\x20-\x7e]{0,200}$/.test(name)) {
              onClose();
              changeUser(name === 'local' ? '' : name);
            } else setError('A name has at most 200 letters, digits and signs of ASCII.');
          }}
        >
          <Field label="Be another user" hint="In access mode Development anyone can be any user." error={error}>
            {attributes => <input {...attributes} value={user} onChange={event => setUser(event.target.value)} autoComplete="username" />}
          </Field>
          <Button type="submit">Switch</Button>
        </form>
      )}
      {settings.accessMode === 'ApiKey' && (
        <div className="dialog-actions">
          <Button onClick={signOut}>Forget the key</Button>
        </div>
      )}
      {settings.accessMode === 'EasyAuth' && (
        <div className="dialog-actions">
          <a className="button button-plain" href="/.auth/logout?post_logout_redirect_uri=/">
            Sign out
          </a>
        </div>
      )}
    </Dialog>
  );
}
