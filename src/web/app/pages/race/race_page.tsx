import './race_page.css';

import { useRef } from 'preact/hooks';

import { onlyLooks } from '../../api/access';
import { Ranking } from '../../board/ranking';
import { chosenClass } from '../../classes';
import { ownRider } from '../../own_rider';
import { session } from '../../ride/current';
import type { Session } from '../../ride/session';
import { Countdown } from './countdown';
import { Cockpit } from './cockpit';
import { Finish } from './finish';
import { OnlyLooking } from './only_looking';
import { Setup } from './setup';
import { useOwnRow } from './use_own_row';

function Riding({ riding }: { riding: Session }) {
  const own = useOwnRow(riding);
  const Part = riding.phase.value === 'racing' ? Cockpit : Finish;
  return <Part session={riding} own={own} />;
}

function Stage() {
  const riding = session.value;
  const rodeBefore = useRef(false);
  if (riding) rodeBefore.current = true;
  if (!riding && onlyLooks.value) return <OnlyLooking />;
  if (!riding) return <Setup again={rodeBefore.current} />;
  return riding.phase.value === 'waiting' ? <Countdown session={riding} /> : <Riding riding={riding} />;
}

/** Before, during and after a ride, with the live ranking beside it. */
export function RacePage() {
  const riding = session.value;
  const ridden = riding && riding.phase.value !== 'waiting' ? riding.plan : null;
  const who = riding?.plan.rider ?? ownRider.value;
  const classId = riding?.plan.classId ?? chosenClass.value?.id;
  return (
    <div class="race-page">
      <div class="race-stage">
        <Stage />
      </div>
      <div class="race-ranking">
        {classId !== undefined && (
          <Ranking classId={classId} raceId={ridden?.raceId} racerId={who?.racerId} />
        )}
      </div>
    </div>
  );
}
