import 'uplot/dist/uPlot.min.css';
import './curve_chart.css';

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { untilAnswered } from '../api/until_answered';
import { t } from '../strings';
import type { CurveChartProps } from './curve_chart';

let chart: ComponentType<CurveChartProps> | null = null;

// Without style sheets: one that failed to load is not asked for again.
const fetched = async () => (await import('./curve_chart')).CurveChart;

/**
 * The chart, whose code is fetched when it is first shown, again and again if need be: a rider cannot load the page once
 * more. It takes the same room meanwhile.
 */
export function LazyCurveChart(props: CurveChartProps) {
  const [state, setState] = useState<'loading' | 'failed' | 'there'>(chart ? 'there' : 'loading');
  useEffect(() => {
    if (chart) return;
    const gone = new AbortController();
    const failed = () => gone.signal.aborted || setState('failed');
    untilAnswered(fetched, gone.signal, failed).then((component) => {
      chart = component;
      if (!gone.signal.aborted) setState('there');
    }, failed);
    return () => gone.abort();
  }, []);
  if (chart && state === 'there') {
    const Chart = chart;
    return <Chart {...props} />;
  }
  return (
    <div style={{ height: `${props.height}px`, display: 'grid', placeItems: 'center' }}>
      <p class="muted">{state === 'failed' ? t.chart.failed : t.shell.loading}</p>
    </div>
  );
}
