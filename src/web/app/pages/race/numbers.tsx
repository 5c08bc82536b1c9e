import { GRACE_MS, type Sample } from '../../bike/bike';
import { formatCount, formatOutput } from '../../format';
import { outputOf } from '../../ride/output';
import type { Session } from '../../ride/session';
import { t } from '../../strings';
import { TrophyIcon } from '../../ui/icons';
import { useTick } from './use_tick';

interface NumberProps {
  name: string;
  unit: string;
  value: string;
  testId: string;
}

function Reading({ name, unit, value, testId }: NumberProps) {
  return (
    <div class="reading">
      <dt>
        {name} <small>{unit}</small>
      </dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

/** Output, huge; what it is made of, large. Of a silent bike nothing is shown, as nothing is recorded. */
export function Numbers({ session, trophy }: { session: Session; trophy: boolean }) {
  const now = useTick(500);
  const latest = session.bike.latest.value;
  const sample: Sample | null = latest && now - latest.at <= GRACE_MS ? latest : null;
  return (
    <>
      <dl class={sample?.power == null ? 'numbers' : 'numbers three'}>
        <div class="output">
          <dt>
            {t.race.output}
            {trophy && (
              <span class="badge record trophy" data-testid="trophy">
                <TrophyIcon /> {t.race.record}
              </span>
            )}
          </dt>
          <dd data-testid="output">{sample ? formatOutput(outputOf(sample.cadence, sample.resistance)) : t.units.unknown}</dd>
        </div>
        <Reading
          name={t.race.cadence}
          unit={t.race.rpm}
          value={sample ? formatCount(Math.round(sample.cadence)) : t.units.unknown}
          testId="cadence"
        />
        <Reading
          name={t.race.resistance}
          unit={t.race.percent}
          value={sample ? formatCount(Math.round(sample.resistance)) : t.units.unknown}
          testId="resistance"
        />
        {sample?.power != null && (
          <Reading name={t.race.power} unit={t.race.watts} value={formatCount(sample.power)} testId="power" />
        )}
      </dl>
      {sample?.cadence === 0 && <p class="muted">{t.race.parked}</p>}
    </>
  );
}
