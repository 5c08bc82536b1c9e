// Records of which the loss of a single one can be seen in the history.

import { History } from '../../integration/harness/oracle.mjs';
import { record } from '../../integration/harness/records.mjs';

const SECONDS = 300;
const CLASSES = [1, 2, 3];
const LAG = 400; // keys

/// A key is a class, a second and a racer that no other key has, and its best is its own too.
function best(source, key) {
  return record({
    classId: CLASSES[key % CLASSES.length],
    second: 1 + (Math.floor(key / CLASSES.length) % SECONDS),
    racerId: source * 1_000_000 + Math.floor(key / (CLASSES.length * SECONDS)),
    cadence: 100 + (key % 100_000) / 1000,
    resistance: source,
    uuid: `${source}-${key}`,
  });
}

/// Of the same key, but never the best.
function lower(source, key) {
  const greater = best(source, key);
  return { ...greater, cadence: greater.cadence - 50, uuid: `${greater.uuid}-lower` };
}

/// The `at`th record of a source, which is a number up to 100. Of even keys the best comes first and a lower one long
/// behind it; of odd keys the best comes last.
export function recordOf(source, at) {
  const even = 2 * Math.floor(at / 4);
  switch (at % 4) {
    case 0:
      return best(source, even);
    case 1:
      return lower(source, even + 1);
    case 2:
      return lower(source, Math.max(0, even - 2 * LAG));
    default:
      return best(source, even + 1);
  }
}

/// One payload of the records [from, to) of a source, in one of the shapes that a payload can have.
export function payloadOf(source, from, to) {
  const texts = Array.from({ length: to - from }, (_, offset) => JSON.stringify(recordOf(source, from + offset)));
  if (texts.length === 1) {
    return texts[0];
  }
  return Math.floor(from / texts.length) % 2 === 0 ? `[${texts.join()}]` : texts.join('\n');
}

/// The history of what all sources have sent: [{ source, sent }].
export function historyOf(sources) {
  const history = new History();
  for (const { source, sent } of sources) {
    for (let at = 0; at < sent; ++at) {
      history.add(recordOf(source, at));
    }
  }
  return history;
}
