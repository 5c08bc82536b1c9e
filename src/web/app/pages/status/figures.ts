// Figures as the status page writes them. What is not known is a dash, and never a 0.

import { formatBytes, formatCount, formatOutput } from '../../format';
import { locale, t } from '../../strings';

const known = (value: number | null): value is number => value !== null && Number.isFinite(value);

export const countText = (value: number | null) => (known(value) ? formatCount(value) : t.units.unknown);
export const bytesText = (value: number | null) => (known(value) ? formatBytes(value) : t.units.unknown);

/** A small number with a digit behind the point. */
const shortNumber = (value: number) => (value > 0 && value < 10 ? formatOutput(value) : formatCount(Math.round(value)));

export const rateText = (value: number | null) => (known(value) ? t.status.perSecond(shortNumber(value)) : t.units.unknown);

export const percentText = (part: number | null) =>
  known(part) ? t.units.percent(part > 0 && part < 0.01 ? '< 1' : formatCount(Math.round(part * 100))) : t.units.unknown;

const { units } = t.status;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long something takes, or has lasted: in its two largest units. */
export function durationText(seconds: number | null): string {
  if (!known(seconds)) return t.units.unknown;
  if (seconds > 0 && seconds < 1) return units.milliseconds(shortNumber(seconds * 1000));
  if (seconds < MINUTE) return units.seconds(shortNumber(seconds));
  if (seconds < HOUR) return `${units.minutes(Math.floor(seconds / MINUTE))} ${units.seconds(String(Math.floor(seconds % MINUTE)))}`;
  if (seconds < DAY) return `${units.hours(Math.floor(seconds / HOUR))} ${units.minutes(Math.floor((seconds % HOUR) / MINUTE))}`;
  return `${units.days(Math.floor(seconds / DAY))} ${units.hours(Math.floor((seconds % DAY) / HOUR))}`;
}

const timeOfDay = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
/** With seconds. */
export const timeText = (ms: number) => timeOfDay.format(ms);

/** "mqtt-gym": the door of the rule "gym". */
export function doorTitle(door: string): string {
  const titles: Record<string, string> = t.status.doors.names;
  const rule = /^mqtt-(.+)$/.exec(door)?.[1];
  return rule === undefined ? (titles[door] ?? door) : t.status.doors.rule(rule);
}
