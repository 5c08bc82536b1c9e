import type { PersonalBest } from '../../api/types';
import { className } from '../../classes';
import { formatCount, formatMoment, formatOutput } from '../../format';
import { t } from '../../strings';
import { UnverifiedMark } from '../../ui/unverified_mark';
import { pathOf } from '../results/place';

/** A racer's best result in each class, and its rank among those of all. */
export function Bests({ racerId, bests }: { racerId: number; bests: readonly PersonalBest[] }) {
  if (bests.length === 0) return <p class="muted">{t.racer.noBests}</p>;
  return (
    <table class="racer-bests" data-testid="bests">
      <thead>
        <tr>
          <th scope="col">{t.racer.class}</th>
          <th scope="col" class="number">
            {t.racer.output}
          </th>
          <th scope="col" class="number">
            {t.racer.rank}
          </th>
          <th scope="col">{t.racer.achieved}</th>
        </tr>
      </thead>
      <tbody>
        {bests.map(({ classId, output, rank, raceId, achievedAt, unverified }) => (
          <tr key={classId}>
            <th scope="row">{className(classId)}</th>
            <td class="number">
              {unverified && <UnverifiedMark />} <strong>{formatOutput(output)}</strong>
            </td>
            <td class="number">{formatCount(rank)}</td>
            <td>
              <a class="racer-bests-link" href={pathOf({ classId, raceId, racerId })} data-page="inside">
                {formatMoment(achievedAt)}
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
