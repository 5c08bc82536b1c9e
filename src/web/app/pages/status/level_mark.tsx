import type { ComponentChildren } from 'preact';

import { t } from '../../strings';
import type { Level } from './status_model';

// Shapes that differ without their colours, too.
const shapes: Record<Level, string> = {
  good: 'M5 12.5 10 17.5 19 7',
  warn: 'M12 3.5 2.5 20.5h19zM12 10v5M12 17.6v.4',
  bad: 'M6 6l12 12M18 6 6 18',
};

/** How something is: by its shape, its colour and a word, which is shown, or else for screen readers. */
export function LevelMark({ level, children }: { level: Level; children?: ComponentChildren }) {
  return (
    <span class={`level ${level}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path d={shapes[level]} />
      </svg>
      {children ? <span>{children}</span> : <span class="unseen">{t.status.levels[level]}</span>}
    </span>
  );
}
