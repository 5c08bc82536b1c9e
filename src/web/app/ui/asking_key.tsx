import './asking_key.css';

import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  text: string;
  /** What the key is for, where `text` alone does not say. */
  label?: string;
  question: string;
  yes: string;
  no: string;
  /** For test ids: "<name>", "<name>-yes", "<name>-no". */
  name: string;
  /** For the saddle; else quiet, until it asks. */
  large?: boolean;
  disabled?: boolean;
  onYes: () => void;
}

/** A key that asks once more, in its own place, before it does what cannot be taken back. */
export function AskingKey({ text, label, question, yes, no, name, large = false, disabled = false, onYes }: Props) {
  const [asking, setAsking] = useState(false);
  const asked = useRef(false);
  const key = useRef<HTMLButtonElement>(null);
  const back = useRef<HTMLButtonElement>(null);
  // Question and key take each other's place, and the focus goes along.
  useEffect(() => {
    if (asking) back.current?.focus();
    else if (asked.current) key.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <button
        type="button"
        class={large ? 'large' : 'quiet'}
        data-testid={name}
        ref={key}
        aria-label={label}
        disabled={disabled}
        onClick={() => setAsking(true)}
      >
        {text}
      </button>
    );
  }
  return (
    <div
      class="question"
      role="alertdialog"
      aria-label={question}
      onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}
    >
      <p>{question}</p>
      <button
        type="button"
        class={large ? 'large danger' : 'danger'}
        data-testid={`${name}-yes`}
        onClick={() => {
          setAsking(false);
          onYes();
        }}
      >
        {yes}
      </button>
      <button type="button" class={large ? 'large' : ''} data-testid={`${name}-no`} ref={back} onClick={() => setAsking(false)}>
        {no}
      </button>
    </div>
  );
}
