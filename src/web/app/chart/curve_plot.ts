import uPlot from 'uplot';

import { formatClock, formatCount } from '../format';
import { alignedData, dots, verticalRange, type Values } from './curve_data';

interface DrawnCurve {
  colour: string;
  values: Values;
  dashed?: boolean;
}

const WHOLE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const WHOLE_VALUES = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000];

/** A variable of style/tokens.css: asked at each drawing, since it changes with the colour scheme. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(values: (splits: number[]) => string[], incrs: number[], more: uPlot.Axis): uPlot.Axis {
  return {
    font: `13px ${getComputedStyle(document.body).fontFamily}`,
    stroke: () => token('--muted'),
    grid: { stroke: () => token('--line'), width: 1 },
    ticks: { show: false },
    border: { show: false },
    incrs,
    values: (_, splits) => values(splits),
    ...more,
  };
}

function series({ colour, dashed = false }: DrawnCurve): uPlot.Series {
  const stroke = () => token(colour);
  return {
    stroke,
    width: dashed ? 2 : 2.5,
    ...(dashed && { dash: [6, 5] }),
    spanGaps: false,
    points: {
      show: false, // but for those that the filter names
      filter: (plot, index) => dots(plot.data[index] as Values, !dashed),
      size: 7,
      width: 0,
      fill: stroke,
    },
  };
}

/** Draws curves into `box` and fills it. Gains and changes of values redraw the same canvas. */
export class CurvePlot {
  private readonly plot: uPlot;
  private readonly watcher: ResizeObserver;
  private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
  private readonly recolour = () => this.plot.redraw(false, true);

  /** `onCursor`: the second that the cursor stands at, null when it left. */
  constructor(
    private readonly box: HTMLElement,
    curves: readonly DrawnCurve[],
    private readonly length: number,
    onCursor: (second: number | null) => void,
  ) {
    const options: uPlot.Options = {
      ...this.size(),
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      scales: {
        x: { time: false, range: [0, length] },
        y: { range: (_, low, high) => verticalRange(low, high) },
      },
      axes: [
        axis((splits) => splits.map(formatClock), WHOLE_SECONDS, { size: 26, space: 56 }),
        axis((splits) => splits.map(formatCount), WHOLE_VALUES, { size: 46, space: 34 }),
      ],
      series: [{}, ...curves.map(series)],
      hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx == null ? null : plot.cursor.idx + 1)] },
    };
    this.plot = new uPlot(options, alignedData(curves, length), box);
    this.watcher = new ResizeObserver(() => this.plot.setSize(this.size()));
    this.watcher.observe(box);
    this.scheme.addEventListener('change', this.recolour);
  }

  /** As many curves as before, with the same looks. */
  update(curves: readonly DrawnCurve[]): void {
    this.plot.setData(alignedData(curves, this.length));
  }

  /** Null: takes the cursor away. */
  moveCursor(second: number | null): void {
    const left = second === null ? -10 : this.plot.valToPos(second, 'x');
    this.plot.setCursor({ left, top: second === null ? -10 : 0 });
  }

  /** For a finger, which the plot does not follow by itself. */
  moveCursorTo(clientX: number): void {
    const { left, width } = this.plot.over.getBoundingClientRect();
    this.plot.setCursor({ left: Math.min(Math.max(clientX - left, 0), width - 1), top: 0 });
  }

  destroy(): void {
    this.scheme.removeEventListener('change', this.recolour);
    this.watcher.disconnect();
    this.plot.destroy();
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(this.box.clientWidth, 80), height: Math.max(this.box.clientHeight, 60) };
  }
}
