import type { Point } from './rates';
import { sparklinePath } from './sparkline_path';

const WIDTH = 120;
const HEIGHT = 28;

/** The shape of the last minutes. Decoration: the figures stand beside it. */
export function Sparkline({ points }: { points: readonly Point[] }) {
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path d={sparklinePath(points, WIDTH, HEIGHT)} />
    </svg>
  );
}
