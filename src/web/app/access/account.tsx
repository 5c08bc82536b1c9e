import './account.css';

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { access, panel, signOut, signedIn } from '../api/access';
import { t } from '../strings';
import { PersonIcon } from '../ui/icons';
import { wordsOf } from './words';

const open = signal(false);

/** In the head: who is signed in, or the way to sign in where one can look on without; nothing where nobody needs to. */
export function AccountKey() {
  const told = access.value;
  if (told?.mode !== 'token') return null;
  const words = wordsOf(told);
  if (!words && !told.openViewing) return null; // the panel is there
  const press = () => {
    if (words) open.value = !open.peek();
    else panel.value = 'chosen';
  };
  return (
    <button
      type="button"
      class="quiet account-key"
      data-testid="account"
      aria-expanded={words ? open.value : undefined}
      aria-label={words?.as ?? t.access.title}
      title={words?.as}
      onClick={press}
    >
      <PersonIcon />
      <span class="account-name">{words?.who ?? t.access.title}</span>
    </button>
  );
}

/** Below the head, when the key was pressed: what the token is good for, and the way out. */
export function AccountPanel() {
  const first = useRef<HTMLButtonElement>(null);
  const shown = open.value && signedIn.value;
  useEffect(() => {
    if (shown) first.current?.focus();
    else open.value = false; // for whoever signs in next
  }, [shown]);
  const words = shown && access.value ? wordsOf(access.value) : null;
  if (!words) return null;
  return (
    <section class="card account" aria-label={t.access.account} data-testid="account-panel">
      <p>
        <strong>{words.as}.</strong> <span class="muted">{words.may}</span>
      </p>
      <div class="account-keys">
        <button type="button" data-testid="sign-out" ref={first} onClick={signOut}>
          {t.access.signOut}
        </button>
        <button
          type="button"
          data-testid="other-token"
          onClick={() => {
            open.value = false;
            panel.value = 'chosen';
          }}
        >
          {t.access.other}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            open.value = false;
          }}
        >
          {t.access.shut}
        </button>
      </div>
    </section>
  );
}
