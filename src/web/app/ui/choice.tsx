import './choice.css';

interface Props<T extends string | number> {
  /** What is chosen here. */
  label: string;
  options: readonly { value: T; text: string }[];
  value: T | undefined;
  onChange: (value: T) => void;
}

/** One of a few, as a row of keys of which one is pressed. */
export function Choice<T extends string | number>({ label, options, value, onChange }: Props<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
