import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { nameOf } from '../../names';
import type { Rider } from '../../preferences';
import { t } from '../../strings';
import { checkedName, checkedNumber, firstGuess, randomNumber } from './new_rider_rules';
import { ownerOf } from './owner_of';

interface Props {
  /** What was typed before. */
  text: string;
  onSave: (rider: Rider) => void;
  onCancel: () => void;
}

async function freeNumber(): Promise<number> {
  const number = randomNumber();
  return (await ownerOf(number)) === null ? number : freeNumber();
}

/** A name and a number that nobody has. */
export function NewRider({ text, onSave, onCancel }: Props) {
  const guess = firstGuess(text);
  const [name, setName] = useState(guess.name);
  const [number, setNumber] = useState(guess.number);
  const [wrong, setWrong] = useState<string | null>(null);
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    first.current?.focus();
    if (guess.number === '') void freeNumber().then((free) => setNumber((typed) => typed || String(free)));
  }, []);

  const save = async () => {
    const rider = { name: checkedName(name), racerId: checkedNumber(number) };
    if (rider.name === null) return setWrong(t.rider.nameWrong);
    if (rider.racerId === null) return setWrong(t.rider.numberWrong);
    const owner = await ownerOf(rider.racerId);
    if (owner !== null && owner !== rider.name) {
      return setWrong(t.rider.taken(String(rider.racerId), nameOf({ name: owner, racerId: rider.racerId })));
    }
    onSave({ name: rider.name, racerId: rider.racerId });
  };
  return (
    <form
      class="rider-new"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div>
        <label for={`${id}-name`}>{t.rider.name}</label>
        <input
          id={`${id}-name`}
          data-testid="new-name"
          ref={first}
          maxLength={64}
          autocomplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div>
        <label for={`${id}-number`}>{t.rider.racerNumber}</label>
        <input
          id={`${id}-number`}
          data-testid="new-number"
          inputMode="numeric"
          maxLength={15}
          autocomplete="off"
          aria-describedby={`${id}-hint`}
          value={number}
          onInput={(event) => setNumber(event.currentTarget.value)}
        />
      </div>
      <p id={`${id}-hint`} class="muted">
        {t.rider.proposed}
      </p>
      {wrong && (
        <p class="notice bad" role="alert">
          {wrong}
        </p>
      )}
      <div class="rider-new-keys">
        <button type="submit" class="primary" data-testid="new-save">
          {t.rider.save}
        </button>
        <button type="button" onClick={onCancel}>
          {t.rider.cancel}
        </button>
      </div>
    </form>
  );
}
