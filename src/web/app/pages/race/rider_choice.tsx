import './rider_choice.css';

import { useRef, useState } from 'preact/hooks';

import { bikeRacer } from '../../api/access';
import { rider, type Rider } from '../../preferences';
import { BikeRider } from './bike_rider';
import { ChosenRider } from './chosen_rider';
import { NewRider } from './new_rider';
import { RiderSearch } from './rider_search';

type Step = { at: 'chosen' | 'search' } | { at: 'new'; text: string };

/** Who rides: whom the bike's token names, or else remembered, found by name or number, or new. */
export function RiderChoice() {
  const bike = bikeRacer.value;
  return bike === null ? <AnyRider /> : <BikeRider key={bike} racerId={bike} />;
}

function AnyRider() {
  const [step, show] = useState<Step>({ at: 'chosen' });
  /** What was pressed goes with each step, so the focus comes along; at first it is left where it is. */
  const stepped = useRef(false);
  const setStep = (next: Step) => {
    stepped.current = true;
    show(next);
  };
  const choose = (who: Rider) => {
    rider.value = who;
    setStep({ at: 'chosen' });
  };
  if (step.at === 'new') {
    return <NewRider text={step.text} onSave={choose} onCancel={() => setStep({ at: 'search' })} />;
  }
  if (rider.value && step.at === 'chosen') {
    return <ChosenRider who={rider.value} focused={stepped.current} onChange={() => setStep({ at: 'search' })} />;
  }
  return (
    <RiderSearch
      focused={step.at === 'search'}
      onChoose={choose}
      onNew={(text) => setStep({ at: 'new', text })}
      onCancel={rider.value ? () => setStep({ at: 'chosen' }) : undefined}
    />
  );
}
