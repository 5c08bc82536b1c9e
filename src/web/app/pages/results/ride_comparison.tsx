import { formatClock, formatCount, formatGap, formatOutput } from '../../format';
import { t } from '../../strings';
import type { Values } from '../../chart/curve_data';
import { comparison } from './ride_curves';

interface Props {
  names: readonly [string, string];
  values: readonly [Values, Values];
}

/** Two rides in numbers: at the end, on the whole, and who was ahead how often. */
export function RideComparison({ names: [name, otherName], values: [one, other] }: Props) {
  const compared = comparison(one, other);
  if (!compared) return <p class="muted">{t.results.nothingInCommon}</p>;
  const { second, end, mean, highest, ahead, both } = compared;
  const rows = [
    { title: t.results.atSecond(formatClock(second)), ...end },
    { title: t.results.mean, ...mean },
    { title: t.results.highest, ...highest },
  ];
  return (
    <>
      <table class="results-comparison">
        <caption class="unseen">{t.results.comparison}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col" class="number curve-now" dir="auto">
              {name}
            </th>
            <th scope="col" class="number curve-mine" dir="auto">
              {otherName}
            </th>
            <th scope="col" class="number">
              {t.results.difference}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.title}>
              <th scope="row">{row.title}</th>
              <td class="number">{formatOutput(row.one)}</td>
              <td class="number">{formatOutput(row.other)}</td>
              <td class="number">
                <strong>{formatGap(row.gap)}</strong>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">{t.results.ahead(name, formatCount(ahead), formatCount(both))}</p>
    </>
  );
}
