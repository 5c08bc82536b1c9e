import { useRaceMoment } from '../../use_now';
import { formatClock } from '../../format';
import { t } from '../../strings';
import { wallTime } from './wall_time';

/** The race clock, large. */
export function WallClock() {
  const moment = useRaceMoment();
  const time = moment && wallTime(moment);
  return (
    <div class="wall-clock" role="timer" data-testid="wall-clock" data-running={time ? String(time.running) : undefined}>
      <span class="wall-time">{time ? formatClock(time.seconds) : t.units.noTime}</span>
      <span class="wall-time-label">{time && (time.running ? t.wall.left : t.wall.nextStart)}</span>
    </div>
  );
}

/** How much of the race is over. */
export function WallProgress() {
  const moment = useRaceMoment();
  const time = moment && wallTime(moment);
  return (
    <div class={time?.running ? 'wall-progress' : 'wall-progress pause'} aria-hidden="true">
      <span style={{ transform: `scaleX(${time?.part ?? 0})` }} />
    </div>
  );
}

interface StripProps {
  classes: readonly { id: number; name: string; riders: number }[];
  shown: number | undefined;
  turn: number;
  /** How long a turn is; null: no other class gets one. */
  seconds: number | null;
}

/** All classes of the rotation, and which one is shown. */
export function ClassStrip({ classes, shown, turn, seconds }: StripProps) {
  return (
    <ul class="wall-strip" aria-label={t.wall.classes}>
      {classes.map(({ id, name, riders }) => (
        <li key={id} class={riders > 0 ? undefined : 'empty'} aria-current={id === shown ? 'true' : undefined}>
          <span class="wall-strip-name">{name}</span>
          {id === shown && seconds !== null && (
            <span key={turn} class="wall-turn" style={{ animationDuration: `${seconds}s` }} aria-hidden="true" />
          )}
        </li>
      ))}
    </ul>
  );
}
