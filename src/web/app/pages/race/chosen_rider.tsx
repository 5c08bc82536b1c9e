import { useEffect, useRef } from 'preact/hooks';

import { nameOf } from '../../names';
import type { Rider } from '../../preferences';
import { t } from '../../strings';

interface Props {
  who: Rider;
  /** What can be changed. */
  change?: string;
  /** Takes the focus when it is shown. */
  focused: boolean;
  onChange: () => void;
}

/** Who rides, and the way to change that. */
export function ChosenRider({ who, change = t.rider.change, focused, onChange }: Props) {
  const key = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) key.current?.focus();
  }, []);
  return (
    <div class="rider-chosen">
      <span class="rider-initial" aria-hidden="true">
        {Array.from(nameOf(who))[0]?.toUpperCase()}
      </span>
      <p>
        <strong data-testid="rider-name" dir="auto">
          {nameOf(who)}
        </strong>
        <span class="muted">{t.rider.number(String(who.racerId))}</span>
      </p>
      <button type="button" class="quiet" data-testid="rider-change" ref={key} onClick={onChange}>
        {change}
      </button>
    </div>
  );
}
