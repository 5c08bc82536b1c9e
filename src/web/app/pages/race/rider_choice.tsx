import './rider_choice.css';

import { useEffect, useRef, useState } from 'preact/hooks';

import { nameOf } from '../../names';
import { rider, type Rider } from '../../preferences';
import { t } from '../../strings';
import { NewRider } from './new_rider';
import { RiderSearch } from './rider_search';

type Step = { at: 'chosen' | 'search' } | { at: 'new'; text: string };

interface ChosenProps {
  who: Rider;
  /** Takes the focus when it is shown. */
  focused: boolean;
  onChange: () => void;
}

function Chosen({ who, focused, onChange }: ChosenProps) {
  const change = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) change.current?.focus();
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
      <button type="button" class="quiet" data-testid="rider-change" ref={change} onClick={onChange}>
        {t.rider.change}
      </button>
    </div>
  );
}

/** Who rides: remembered, found by name or number, or new. */
export function RiderChoice() {
  const [step, show] = useState<Step>({ at: 'chosen' });
  /** What was pressed goes with each step, so the focus comes along; at first it is left where it is. */
  const stepped = useRef(false);
  const setStep = (next: Step) => {
    stepped.current = true;
    show(next);
  };
  const choose = (who: Rider) => {
    rider.value = who;
    setStep({ at: 'chosen' });
  };
  if (step.at === 'new') {
    return <NewRider text={step.text} onSave={choose} onCancel={() => setStep({ at: 'search' })} />;
  }
  if (rider.value && step.at === 'chosen') {
    return <Chosen who={rider.value} focused={stepped.current} onChange={() => setStep({ at: 'search' })} />;
  }
  return (
    <RiderSearch
      focused={step.at === 'search'}
      onChoose={choose}
      onNew={(text) => setStep({ at: 'new', text })}
      onCancel={rider.value ? () => setStep({ at: 'chosen' }) : undefined}
    />
  );
}
