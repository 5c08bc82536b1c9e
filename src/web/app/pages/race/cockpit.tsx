import './cockpit.css';

import { className } from '../../classes';
import { nameOf } from '../../names';
import { simulatedBike } from '../../ride/current';
import type { Session } from '../../ride/session';
import { t } from '../../strings';
import { AskingKey } from '../../ui/asking_key';
import { BluetoothBike } from '../../bike/bluetooth_bike';
import { ManualResistance } from './bike_settings';
import { BikeWarning } from './bike_warning';
import { EffortSlider } from './effort_slider';
import { Gaps } from './gaps';
import { LinkState } from './link_state';
import { Numbers } from './numbers';
import { Progress } from './progress';
import { RideChart } from './ride_chart';
import { Spoken } from './spoken';
import { useArrival } from './use_arrival';
import type { OwnRow } from './use_own_row';

function Controls({ session: { bike } }: { session: Session }) {
  if (bike === simulatedBike) return <EffortSlider />;
  if (bike instanceof BluetoothBike && bike.tellsResistance.value === false) return <ManualResistance bike={bike} />;
  return null;
}

/** All that a rider wants to read from the saddle. */
export function Cockpit({ session, own }: { session: Session; own: OwnRow }) {
  const heading = useArrival();
  return (
    <>
      <h1 class="unseen" ref={heading} tabIndex={-1}>
        {t.race.riding(nameOf(session.plan.rider), className(session.plan.classId))}
      </h1>
      <section class="card cockpit" aria-label={t.race.title}>
        <Progress session={session} />
        <LinkState />
        <BikeWarning bike={session.bike} />
        <Numbers session={session} trophy={own.trophy} />
        <Gaps session={session} row={own.row} total={own.total} />
        <RideChart session={session} />
        <div class="cockpit-controls">
          <Controls session={session} />
          <AskingKey
            text={t.race.stop}
            question={t.race.stopAsk}
            yes={t.race.stopYes}
            no={t.race.stopNo}
            name="stop"
            large
            onYes={() => session.stop()}
          />
        </div>
        <Spoken session={session} row={own.row} total={own.total} />
      </section>
    </>
  );
}
