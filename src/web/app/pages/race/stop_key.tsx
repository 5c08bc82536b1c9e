import { useEffect, useRef, useState } from 'preact/hooks';

import { t } from '../../strings';

/** Stops the ride, after one more question: it lies where a sweaty hand may come. */
export function StopKey({ onStop }: { onStop: () => void }) {
  const [asking, setAsking] = useState(false);
  const asked = useRef(false);
  const stop = useRef<HTMLButtonElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  // Question and key take each other's place, and the focus goes along.
  useEffect(() => {
    if (asking) no.current?.focus();
    else if (asked.current) stop.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <button type="button" class="large" data-testid="stop" ref={stop} onClick={() => setAsking(true)}>
        {t.race.stop}
      </button>
    );
  }
  return (
    <div
      class="stop-question"
      role="alertdialog"
      aria-label={t.race.stopAsk}
      onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}
    >
      <p>{t.race.stopAsk}</p>
      <button type="button" class="large danger" data-testid="stop-yes" onClick={onStop}>
        {t.race.stopYes}
      </button>
      <button type="button" class="large" data-testid="stop-no" ref={no} onClick={() => setAsking(false)}>
        {t.race.stopNo}
      </button>
    </div>
  );
}
