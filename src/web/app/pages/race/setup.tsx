import './setup.css';

import { useRef } from 'preact/hooks';

import { chosenClass } from '../../classes';
import { ownRider } from '../../own_rider';
import { askedPlan } from '../../ride/asked_plan';
import { bikeReady, session, setOut } from '../../ride/current';
import { canJoin, planNext } from '../../ride/plan';
import { t } from '../../strings';
import { ClassChoice } from '../../ui/class_choice';
import { useRaceMoment } from '../../use_now';
import { BikeChoice } from './bike_choice';
import { RaceClock } from './race_clock';
import { RiderChoice } from './rider_choice';
import { useArrival } from './use_arrival';

/** What is still to be said before one can start; null: nothing. */
function missing(): string | null {
  if (!ownRider.value) return t.race.missingRider;
  if (!chosenClass.value) return t.race.missingClass;
  return bikeReady() ? null : t.race.missingBike;
}

function StartKeys() {
  const moment = useRaceMoment();
  const lacking = missing();
  const starting = useRef(false);
  const startNow = async () => {
    if (starting.current || !ownRider.value || !chosenClass.value) return;
    starting.current = true;
    const plan = await askedPlan(ownRider.value, chosenClass.value.id);
    starting.current = false;
    if (plan && !session.peek()) setOut(plan); // the other key may have been pressed meanwhile
  };
  const startNext = () => {
    if (moment && ownRider.value && chosenClass.value) setOut(planNext(moment, ownRider.value, chosenClass.value.id));
  };
  const ready = moment !== null && lacking === null;
  const joins = moment && canJoin(moment);
  const how = joins ? t.race.joins(String(moment.second)) : t.race.waits;
  const hint = lacking ?? (moment ? how : t.race.waitingForClock);
  return (
    <div class="start-keys">
      <button
        type="button"
        class="primary large"
        data-testid="start-now"
        disabled={!ready}
        onClick={() => void startNow()}
      >
        {t.race.startNow}
      </button>
      <button type="button" class="large" data-testid="start-next" disabled={!ready} onClick={startNext}>
        {t.race.startNext}
      </button>
      <p class="muted" data-testid="start-hint">
        {hint}
      </p>
    </div>
  );
}

/** Who rides, in which class, on which bike; and the way to the start. `again`: after a ride on this page. */
export function Setup({ again }: { again: boolean }) {
  const heading = useArrival(again);
  return (
    <>
      <h1 class="unseen" ref={heading} tabIndex={-1}>
        {t.race.title}
      </h1>
      <RaceClock />
      <section class="card setup" aria-label={t.race.setUp}>
        <div class="setup-part">
          <h2>{t.rider.title}</h2>
          <RiderChoice />
        </div>
        <div class="setup-part">
          <h2>{t.classes.label}</h2>
          <ClassChoice />
        </div>
        <div class="setup-part">
          <h2>{t.bike.title}</h2>
          <BikeChoice />
        </div>
        <StartKeys />
      </section>
    </>
  );
}
