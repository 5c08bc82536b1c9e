import { useEffect, useState } from 'preact/hooks';

import { currentMoment, raceTimes, type RaceMoment } from './api/clock';

/** The race clock, `times` a second. Null until the daemon has told how long races are. */
export function useRaceMoment(times = 4): RaceMoment | null {
  const [moment, setMoment] = useState(currentMoment);
  useEffect(() => {
    const tick = () => setMoment(currentMoment());
    const timer = setInterval(tick, 1000 / times);
    const unsubscribe = raceTimes.subscribe(tick);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [times]);
  return moment;
}
