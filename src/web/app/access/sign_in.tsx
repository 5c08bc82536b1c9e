import './sign_in.css';

import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { mustSignIn, panel, signIn, type NotSignedIn } from '../api/access';
import { focusIsLost } from '../focus';
import { t } from '../strings';

type State = { at: 'typing'; wrong: NotSignedIn | null } | { at: 'asking' };

interface FormProps {
  /** Takes the focus when it is shown. */
  focused: boolean;
  onClose: (() => void) | null;
}

function TokenForm({ focused, onClose }: FormProps) {
  const [state, setState] = useState<State>({ at: 'typing', wrong: null });
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);
  const wrong = state.at === 'typing' ? state.wrong : null;
  const send = async () => {
    if (state.at === 'asking' || !field.current) return;
    setState({ at: 'asking' });
    const found = await signIn(field.current.value);
    if (!field.current) return; // signed in: the panel is gone
    if (found !== 'silent') field.current.value = '';
    setState({ at: 'typing', wrong: found });
    field.current.focus();
  };
  return (
    <form
      class="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label for={id}>{t.access.token}</label>
      <input
        id={id}
        ref={field}
        data-testid="token"
        type="password"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        required
        aria-invalid={wrong !== null}
        aria-describedby={`${id}-wrong ${id}-hint`}
      />
      <p id={`${id}-wrong`} class="sign-in-wrong" role="alert" data-testid="sign-in-wrong">
        {wrong && t.access.wrong[wrong]}
      </p>
      <p id={`${id}-hint`} class="muted">
        {t.access.hint}
      </p>
      <div class="sign-in-keys">
        <button type="submit" class="primary" data-testid="sign-in-key" aria-disabled={state.at === 'asking'}>
          {state.at === 'asking' ? t.access.checking : t.access.key}
        </button>
        {onClose && (
          <button type="button" data-testid="sign-in-close" onClick={onClose}>
            {t.access.close}
          </button>
        )}
      </div>
      <p class="muted">
        {t.access.where} <code>{t.access.command}</code>
      </p>
    </form>
  );
}

interface Props {
  /** A ride is on, which goes on below. */
  riding: boolean;
}

/** Asks for a token, and gives way as soon as it is good. What was being done goes on by itself. */
export function SignIn({ riding }: Props) {
  const must = mustSignIn.value;
  const why = panel.value;
  const shown = must || why !== null;
  const [asked, setAsked] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (shown && !riding && why !== 'chosen' && focusIsLost()) heading.current?.focus({ preventScroll: true });
    if (!shown) setAsked(false);
  }, [shown]);
  if (!shown) return null;
  const Heading = must && !riding ? 'h1' : 'h2'; // of the page, where nothing else is shown
  const close = () => {
    panel.value = null;
  };
  // Beside a race there is room for a line only, until the rider has a hand free.
  const isSmall = riding && !asked && why !== 'chosen';
  return (
    <section class={isSmall ? 'card sign-in small' : 'card sign-in'} aria-labelledby="sign-in" data-testid="sign-in">
      <Heading id="sign-in" ref={heading} tabIndex={-1}>
        {t.access.title}
      </Heading>
      <p role="status">
        {why === 'invalid' ? t.access.invalid : must ? t.access.needed : ''} {riding && t.access.rideKept}
      </p>
      {isSmall ? (
        <button type="button" data-testid="sign-in-open" onClick={() => setAsked(true)}>
          {t.access.key}
        </button>
      ) : (
        <TokenForm focused={why === 'chosen' || asked} onClose={must && !riding ? null : close} />
      )}
    </section>
  );
}
