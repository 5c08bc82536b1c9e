import { api } from '../../api/http';
import type { RaceClass } from '../../api/types';
import { LazyCurveChart } from '../../chart/lazy_curve_chart';
import { bestCurve, racerCurve } from '../../chart/history_curves';
import { t } from '../../strings';
import { Failure } from '../../ui/failure';
import { useLoaded } from '../../use_loaded';

const HEIGHT = 320;

interface Props {
  racerId: number;
  name: string;
  raceClass: RaceClass;
}

/** The highest output a racer has ever ridden at each second, against the class's highest. */
export function BestCurves({ racerId, name, raceClass }: Props) {
  const { id, raceLength } = raceClass;
  const loaded = useLoaded(
    async (signal) => {
      const [own, best] = await Promise.all([
        api.history(id, { racers: String(racerId) }, signal),
        api.history(id, { top: 1 }, signal),
      ]);
      return { own: racerCurve(own, racerId, raceLength), best: bestCurve(best, raceLength) };
    },
    [racerId, id, raceLength],
  );
  if (loaded.state === 'failed') return <Failure error={loaded.error} />;
  if (loaded.state === 'loading') return <p style={{ height: `${HEIGHT}px` }} class="muted">{t.shell.loading}</p>;
  const { own, best } = loaded.value;
  if (own.every((value) => value === null)) return <p class="muted">{t.racer.noCurve}</p>;
  return (
    <LazyCurveChart
      label={t.racer.curve(name, raceClass.name)}
      length={raceLength}
      height={HEIGHT}
      curves={[
        { name: t.racer.own(name), colour: '--curve-mine', values: own },
        { name: t.racer.classBest, colour: '--curve-class', values: best, dashed: true },
      ]}
    />
  );
}
