import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { ownRider } from '../../own_rider';
import { rider } from '../../preferences';
import { t } from '../../strings';
import { ChosenRider } from './chosen_rider';
import { checkedName } from './new_rider_rules';
import { ownerOf } from './owner_of';

interface NameProps {
  racerId: number;
  name: string;
  /** Takes the focus when it is shown. */
  focused: boolean;
  onSave: (name: string) => void;
  onCancel: (() => void) | null;
}

function NameForm({ racerId, name: before, focused, onSave, onCancel }: NameProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [known, setKnown] = useState(before);
  const [wrong, setWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (focused) field.current?.focus();
    let shown = true;
    if (before === '') void ownerOf(racerId).then((name) => shown && setKnown(name ?? ''));
    return () => {
      shown = false;
    };
  }, []);
  const text = typed ?? known;
  return (
    <form
      class="rider-new"
      onSubmit={(event) => {
        event.preventDefault();
        const name = checkedName(text);
        if (name === null) setWrong(true);
        else onSave(name);
      }}
    >
      <div>
        <label for={id}>{t.access.yourName}</label>
        <input
          id={id}
          ref={field}
          data-testid="new-name"
          maxLength={64}
          autocomplete="off"
          aria-describedby={`${id}-hint`}
          value={text}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      <p id={`${id}-hint`} class="muted">
        {t.access.bikeHint(String(racerId))}
      </p>
      {wrong && (
        <p class="notice bad" role="alert">
          {t.rider.nameWrong}
        </p>
      )}
      <div class="rider-new-keys">
        <button type="submit" class="primary" data-testid="new-save">
          {t.access.saveName}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            {t.rider.cancel}
          </button>
        )}
      </div>
    </form>
  );
}

/** The rider of a bike's token: the number is the token's, and only the name is asked for. */
export function BikeRider({ racerId }: { racerId: number }) {
  const [naming, setNaming] = useState(false);
  /** What was pressed goes, so the focus comes along; at first it is left where it is. */
  const stepped = useRef(false);
  const who = ownRider.value;
  const name = (to: boolean) => {
    stepped.current = true;
    setNaming(to);
  };
  if (who && !naming) {
    return <ChosenRider who={who} change={t.access.changeName} focused={stepped.current} onChange={() => name(true)} />;
  }
  return (
    <NameForm
      racerId={racerId}
      name={who?.name ?? ''}
      focused={stepped.current}
      onSave={(given) => {
        rider.value = { racerId, name: given };
        name(false);
      }}
      onCancel={who && (() => name(false))}
    />
  );
}
