import { useEffect, useRef, useState } from 'preact/hooks';

import { formatClock, formatOutput } from '../format';
import { t } from '../strings';
import { lastSecond, secondAfterKey, summaryOf } from './curve_data';
import { CurvePlot } from './curve_plot';

export interface Curve {
  name: string;
  colour: '--curve-now' | '--curve-mine' | '--curve-class';
  /** Value of second 1, 2, …; null where there is none. */
  values: readonly (number | null)[];
  dashed?: boolean;
}

export interface CurveChartProps {
  /** What is shown, for screen readers. */
  label: string;
  /** Of the race, in seconds. */
  length: number;
  curves: readonly Curve[];
  /** Pixels, of curves and legend together. */
  height: number;
}

function told({ name, values }: Curve): string {
  const summary = summaryOf(values);
  if (!summary) return t.chart.empty(name);
  return t.chart.summary(
    name,
    formatOutput(summary.highest),
    formatClock(summary.highestSecond),
    formatOutput(summary.mean),
    formatOutput(summary.last),
    formatClock(summary.lastSecond),
  );
}

function valueAt({ values }: Curve, second: number): string {
  const value = values[second - 1];
  return value == null ? t.units.unknown : formatOutput(value);
}

/** Where the curve that is ridden ends: ghosts are compared there. 1 before anything is ridden. */
function newestSecond(curves: readonly Curve[]): number {
  const solid = curves.filter(({ dashed }) => !dashed);
  return Math.max(1, ...(solid.length > 0 ? solid : curves).map(({ values }) => lastSecond(values)));
}

function Legend({ curves, second }: { curves: readonly Curve[]; second: number }) {
  return (
    <ul class="curve-legend" aria-hidden="true">
      {curves.map((curve, index) => (
        <li key={index}>
          <svg viewBox="0 0 22 4" width="22" height="4" class={curve.colour.slice(2)}>
            <path d="M1 2h20" stroke="currentColor" stroke-width="3" stroke-dasharray={curve.dashed ? '6 4' : undefined} />
          </svg>
          <span class="curve-name" dir="auto">{curve.name}</span>
          <strong>{valueAt(curve, second)}</strong>
        </li>
      ))}
      <li class="curve-second">{formatClock(second)}</li>
    </ul>
  );
}

/** Draws into the element that `box` is put on; a new plot only when the curves look different, not when they grow. */
function useCurvePlot(curves: readonly Curve[], length: number) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<CurvePlot | null>(null);
  const [second, setSecond] = useState<number | null>(null);
  const looks = curves.map(({ colour, dashed }) => colour + (dashed ? '-' : '')).join();
  useEffect(() => {
    if (!box.current) return;
    const made = new CurvePlot(box.current, curves, length, setSecond);
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [looks, length]);
  useEffect(() => plot.current?.update(curves), [curves]);
  return { box, plot, second };
}

/** Output over the seconds of a race, of a few riders. */
export function CurveChart({ label, length, curves, height }: CurveChartProps) {
  const { box, plot, second } = useCurvePlot(curves, length);
  const at = Math.min(second ?? newestSecond(curves), length);
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = secondAfterKey(event.key, at, length);
    if (moved === undefined) return;
    event.preventDefault();
    plot.current?.moveCursor(moved);
  };
  return (
    <figure class="curve-chart" aria-label={label} style={{ height: `${height}px` }}>
      <Legend curves={curves} second={at} />
      <div
        class="curve-plot"
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={t.chart.cursor}
        aria-valuemin={1}
        aria-valuemax={length}
        aria-valuenow={at}
        aria-valuetext={`${formatClock(at)}: ${curves.map((curve) => `${curve.name} ${valueAt(curve, at)}`).join(', ')}`}
        onKeyDown={onKeyDown}
        onFocus={() => plot.current?.moveCursor(at)}
        onBlur={() => plot.current?.moveCursor(null)}
        onPointerMove={(event) => event.pointerType === 'touch' && plot.current?.moveCursorTo(event.clientX)}
      />
      <figcaption class="unseen">{curves.map(told).join(' ')}</figcaption>
    </figure>
  );
}
