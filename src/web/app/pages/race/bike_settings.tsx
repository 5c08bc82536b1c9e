import { useId, useRef } from 'preact/hooks';

import type { BluetoothBike } from '../../bike/bluetooth_bike';
import { scaleOf } from '../../bike/resistance_scale';
import { formatCount } from '../../format';
import { t } from '../../strings';

/** The level that counts as 100 %: the bike's own word, unless the rider says another. */
export function HighestLevel({ bike }: { bike: BluetoothBike }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const forget = () => {
    bike.change({ highest: null });
    field.current?.focus(); // the key that was pressed goes
  };
  const { highest } = bike.settings.value;
  const told = scaleOf(bike.range.value, { ...bike.settings.value, highest: null }).highest;
  return (
    <div class="bike-setting">
      <label for={id}>{t.bike.highest}</label>
      <input
        id={id}
        ref={field}
        data-testid="bike-highest"
        type="number"
        min={1}
        max={1000}
        step="any"
        value={highest ?? told}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          const level = Number(event.currentTarget.value);
          if (level > 0) bike.change({ highest: level === told ? null : level });
        }}
      />
      <span id={`${id}-hint`} class="muted">
        {t.bike.highestHint}
      </span>
      {highest !== null && (
        <button type="button" class="quiet" onClick={forget}>
          {t.bike.asTold}
        </button>
      )}
    </div>
  );
}

interface StepProps {
  step: number;
  onMove: (step: number) => void;
}

function Step({ step, onMove }: StepProps) {
  const size = Math.abs(step);
  const [way, name] = step > 0 ? (['more', t.bike.more(size)] as const) : (['less', t.bike.less(size)] as const);
  return (
    <button type="button" data-testid={`resistance-${way}-${size}`} aria-label={name} onClick={() => onMove(step)}>
      {step > 0 ? '+' : '−'}
      {size}
    </button>
  );
}

/** The resistance of a bike that does not tell it, by keys that can be hit while pedalling. */
export function ManualResistance({ bike }: { bike: BluetoothBike }) {
  const id = useId();
  const { manual } = bike.settings.value;
  const move = (step: number) =>
    bike.change({ manual: Math.min(Math.max(bike.settings.peek().manual + step, 0), 100) });
  // Only while one of its keys has the focus: single characters for the whole page are pressed by mistake.
  const onKeyDown = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
    if (ctrlKey || metaKey || altKey) return;
    if (key === '+') move(1);
    if (key === '-' || key === '−') move(-1);
  };
  return (
    <div
      class="bike-setting"
      role="group"
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-hint`}
      onKeyDown={onKeyDown}
    >
      <span id={`${id}-name`}>{t.bike.manual}</span>
      <div class="manual-keys">
        <Step step={-5} onMove={move} />
        <Step step={-1} onMove={move} />
        <output data-testid="resistance-manual">{formatCount(manual)}</output>
        <Step step={1} onMove={move} />
        <Step step={5} onMove={move} />
      </div>
      <p id={`${id}-hint`} class="muted">
        {t.bike.manualHint}
      </p>
    </div>
  );
}
