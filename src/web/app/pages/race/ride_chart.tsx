import { useEffect, useMemo, useState } from 'preact/hooks';

import { LazyCurveChart } from '../../chart/lazy_curve_chart';
import type { Session } from '../../ride/session';
import { t } from '../../strings';

const LOWEST = 184;
const HIGHEST = 360;

/** What a window leaves over beside the numbers, which must be in sight. */
const chartHeight = () => Math.round(Math.min(Math.max(innerHeight * 0.24, LOWEST), HIGHEST));

/** Follows the window: a tablet is turned. */
function useChartHeight(): number {
  const [height, setHeight] = useState(chartHeight);
  useEffect(() => {
    const resized = () => setHeight(chartHeight());
    addEventListener('resize', resized);
    return () => removeEventListener('resize', resized);
  }, []);
  return height;
}

/** Output over the race, beside the ghosts. */
export function RideChart({ session }: { session: Session }) {
  const height = useChartHeight();
  const outputs = session.outputs.value;
  const ghosts = session.ghosts.value;
  const curves = useMemo(
    () => [
      { name: t.race.now, colour: '--curve-now' as const, values: outputs },
      { name: t.race.mine, colour: '--curve-mine' as const, values: ghosts?.mine ?? [], dashed: true },
      { name: t.race.class, colour: '--curve-class' as const, values: ghosts?.class ?? [], dashed: true },
    ],
    [outputs, ghosts],
  );
  return <LazyCurveChart label={t.race.chart} length={session.plan.length} curves={curves} height={height} />;
}
