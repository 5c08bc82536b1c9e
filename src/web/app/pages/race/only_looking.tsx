import { access, panel } from '../../api/access';
import { t } from '../../strings';
import { RaceClock } from './race_clock';

const words = t.access.looksOn;

/** In place of the setup where nothing can be sent from here: what one can do instead. */
export function OnlyLooking() {
  return (
    <>
      <RaceClock />
      <section class="card only-looking" aria-labelledby="only-looking" data-testid="only-looking">
        <h1 id="only-looking">{words.title}</h1>
        <p>{access.value?.role === 'viewer' ? words.viewer : words.nobody}</p>
        <div>
          <a class="button" href="/wall" data-page="inside">
            {words.wall}
          </a>
          <a class="button" href="/results" data-page="inside">
            {words.results}
          </a>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              panel.value = 'chosen';
            }}
          >
            {access.value?.role === 'viewer' ? t.access.other : t.access.title}
          </button>
        </div>
      </section>
    </>
  );
}
