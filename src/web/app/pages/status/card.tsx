import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

import { LevelMark } from './level_mark';
import type { Level } from './status_model';

interface CardProps {
  title: string;
  /** What the title means. */
  hint?: string;
  /** Told beside the title, unless it is good. */
  level?: Level;
  /** Of the width, where there is room. */
  size?: 'third' | 'half' | 'two-thirds' | 'whole';
  testId?: string;
  children: ComponentChildren;
}

export function Card({ title, hint, level = 'good', size = 'third', testId, children }: CardProps) {
  const id = useId();
  return (
    <section class={`card status-card ${size}`} aria-labelledby={id} data-testid={testId}>
      <h2 id={id}>
        {title} {level !== 'good' && <LevelMark level={level} />}
      </h2>
      {hint && <p class="muted status-hint">{hint}</p>}
      {children}
    </section>
  );
}

/** Names and figures. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, figure: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, figure]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
