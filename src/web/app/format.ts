import { locale, t } from './strings';

const whole = new Intl.NumberFormat(locale);
const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dayAndTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
const timeOfDay = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export const formatCount = (value: number) => whole.format(value);
/** An output or score: one digit behind the point. */
export const formatOutput = (value: number) => oneDigit.format(value);
/** As gaps are written: so small a one that it shows as 0 is not behind. */
const roundedGap = (value: number) => (Math.sign(value) * Math.round(Math.abs(value) * 10)) / 10;
export const isBehind = (gap: number) => roundedGap(gap) < 0;
/** With its sign. */
export function formatGap(value: number): string {
  return `${isBehind(value) ? '−' : '+'}${oneDigit.format(Math.abs(roundedGap(value)))}`;
}
/** "4:07" of seconds. */
export function formatClock(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
export const formatMoment = (ms: number) => dayAndTime.format(ms);
export const formatDay = (ms: number) => day.format(ms);
export const formatTime = (ms: number) => timeOfDay.format(ms);

const { sizes } = t.units;
/** "1.5 MB"; 1 KB is 1024 bytes. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 100 || step === 0 ? whole.format(Math.round(value)) : oneDigit.format(value)} ${sizes[step]}`;
}
