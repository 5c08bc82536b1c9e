import { useEffect, useRef, useState } from 'preact/hooks';

import { t } from '../../strings';

const words = t.status.held;

interface Props {
  text: string;
  /** What the key is for, of all those alike. */
  label: string;
  question: string;
  disabled: boolean;
  onDrop: () => void;
}

/** Drops something, after one more question: nothing brings it back. */
export function DropKey({ text, label, question, disabled, onDrop }: Props) {
  const [asking, setAsking] = useState(false);
  const asked = useRef(false);
  const drop = useRef<HTMLButtonElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  // Question and key take each other's place, and the focus goes along.
  useEffect(() => {
    if (asking) keep.current?.focus();
    else if (asked.current) drop.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <button type="button" class="quiet" ref={drop} aria-label={label} disabled={disabled} onClick={() => setAsking(true)}>
        {text}
      </button>
    );
  }
  return (
    <div
      class="held-question"
      role="alertdialog"
      aria-label={question}
      onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}
    >
      <p>{question}</p>
      <button
        type="button"
        class="danger"
        data-testid="drop-yes"
        onClick={() => {
          setAsking(false);
          onDrop();
        }}
      >
        {words.yes}
      </button>
      <button type="button" ref={keep} onClick={() => setAsking(false)}>
        {words.no}
      </button>
    </div>
  );
}
