import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import type { FoundRacer } from '../../api/types';
import { nameOf } from '../../names';
import type { Rider } from '../../preferences';
import { t } from '../../strings';
import { useFoundRacers } from '../../use_found_racers';
import { picked } from './picked';

interface Props {
  /** Takes the focus when it is shown. */
  focused: boolean;
  onChoose: (rider: Rider) => void;
  /** `text` is what was typed. */
  onNew: (text: string) => void;
  onCancel?: (() => void) | undefined;
}

/** A text field with a list of those who match: the combobox of the ARIA practices. The last choice is a new rider. */
export function RiderSearch({ focused, onChoose, onNew, onCancel }: Props) {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const typed = text.trim();
  const found = useFoundRacers(typed, open);
  const { racers } = found;
  const last = racers.length; // the index of "new rider"
  const optionId = (index: number) => `${id}-${index}`;

  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
  useEffect(() => setActive(-1), [racers]);

  const choose = (index: number) => {
    const racer = racers[index];
    setOpen(false);
    if (racer) onChoose({ racerId: racer.racerId, name: racer.name });
    else onNew(typed);
  };
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setOpen(true);
      setActive((index) => (index + step < -1 ? last : index + step > last ? -1 : index + step));
    } else if (event.key === 'Enter' && open) {
      const index = picked(active, typed, found);
      if (index !== null) choose(index);
    } else if (event.key === 'Escape') {
      if (!open) onCancel?.();
      setOpen(false);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div class="rider-search">
      <label class="unseen" for={`${id}-input`}>
        {t.rider.search}
      </label>
      <input
        id={`${id}-input`}
        ref={input}
        data-testid="rider-search"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && active >= 0 ? optionId(active) : undefined}
        placeholder={t.rider.search}
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t.rider.found} hidden={!open}>
        {racers.map((racer, index) => (
          <Option key={racer.racerId} id={optionId(index)} active={index === active} onChoose={() => choose(index)}>
            <Name racer={racer} />
          </Option>
        ))}
        <Option id={optionId(last)} active={active === last} onChoose={() => choose(last)} testId="rider-new">
          <span class="rider-option-new">{typed ? t.rider.newNamed(typed) : t.rider.new}</span>
        </Option>
      </ul>
      <p class="unseen" role="status">
        {open && typed && found.text === typed ? t.rider.count(racers.length) : ''}
      </p>
    </div>
  );
}

function Name({ racer }: { racer: FoundRacer }) {
  return (
    <>
      <span dir="auto">{nameOf(racer)}</span>{' '}
      <span class="muted">{racer.racerId}</span>
    </>
  );
}

interface OptionProps {
  id: string;
  active: boolean;
  onChoose: () => void;
  testId?: string;
  children: JSX.Element;
}

function Option({ id, active, onChoose, testId = 'rider-option', children }: OptionProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <li
      id={id}
      ref={row}
      role="option"
      aria-selected={active}
      data-testid={testId}
      onMouseDown={(event) => event.preventDefault() /* the field keeps the focus */}
      onClick={onChoose}
    >
      {children}
    </li>
  );
}
