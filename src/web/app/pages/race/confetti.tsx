import './confetti.css';

const PIECES = 48;
const colours = ['--accent', '--record', '--curve-mine', '--curve-class', '--good'];

/** Spread by the golden ratio: even, and yet not in rows. */
const spread = (index: number, step: number) => (index * step) % 1;

/** Falls once, for three seconds; the style sheet shows none to those who want less motion. */
export function Confetti() {
  return (
    <div class="confetti" aria-hidden="true">
      {Array.from({ length: PIECES }, (_, index) => (
        <span
          key={index}
          style={{
            left: `${spread(index, 0.618) * 100}%`,
            background: `var(${colours[index % colours.length]})`,
            animationDelay: `${spread(index, 0.382) * 700}ms`,
            animationDuration: `${1500 + spread(index, 0.755) * 900}ms`,
            '--drift': `${(spread(index, 0.271) - 0.5) * 12}rem`,
            '--spin': `${360 + spread(index, 0.449) * 900}deg`,
          }}
        />
      ))}
    </div>
  );
}
