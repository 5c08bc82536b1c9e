import { useId } from 'preact/hooks';

import { formatCount } from '../../format';
import { simulatedBike } from '../../ride/current';
import { t } from '../../strings';

/** How hard the simulated rider pedals. */
export function EffortSlider() {
  const id = useId();
  const effort = simulatedBike.effort.value;
  const told = t.units.percent(formatCount(effort));
  return (
    <div class="effort">
      <label for={id}>{t.bike.effort}</label>
      <input
        id={id}
        data-testid="effort"
        type="range"
        min={0}
        max={100}
        step={5}
        value={effort}
        aria-valuetext={told}
        onInput={(event) => {
          simulatedBike.effort.value = Number(event.currentTarget.value);
        }}
      />
      <span>{told}</span>
    </div>
  );
}
