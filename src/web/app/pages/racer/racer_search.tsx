import { useId, useState } from 'preact/hooks';

import type { FoundRacer } from '../../api/types';
import { formatDay } from '../../format';
import { nameOf } from '../../names';
import { rider } from '../../preferences';
import { t } from '../../strings';
import { Failure } from '../../ui/failure';
import { useFoundRacers } from '../../use_found_racers';

function Found({ racers }: { racers: readonly FoundRacer[] }) {
  return (
    <>
      <p class="muted" role="status">
        {t.racer.found(racers.length)}
      </p>
      <ul class="racer-found">
        {racers.map((racer) => (
          <li key={racer.racerId}>
            <a href={`/racer?id=${racer.racerId}`} data-page="inside">
              <strong dir="auto">{nameOf(racer)}</strong>
              <span class="muted">{t.rider.number(String(racer.racerId))}</span>
              {racer.lastSeen !== null && <span class="muted racer-found-seen">{formatDay(racer.lastSeen)}</span>}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Finds a racer by a part of the name, or by number. */
export function RacerSearch() {
  const id = useId();
  const [text, setText] = useState('');
  const search = text.trim();
  const found = useFoundRacers(search, search !== '');
  return (
    <form class="racer-search" role="search" onSubmit={(event) => event.preventDefault()}>
      <label for={id}>{t.racer.search}</label>
      <input
        id={id}
        type="search"
        data-testid="racer-search"
        value={text}
        autocomplete="off"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      {!search && <p class="muted">{t.racer.hint}</p>}
      {!search && rider.value && (
        <p>
          <a href={`/racer?id=${rider.value.racerId}`} data-page="inside" class="button">
            {t.racer.you(nameOf(rider.value))}
          </a>
        </p>
      )}
      {search && found.error && <Failure error={found.error} />}
      {search && !found.error && found.text !== null && <Found racers={found.racers} />}
    </form>
  );
}
