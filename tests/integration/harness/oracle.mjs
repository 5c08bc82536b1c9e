// What is right, computed again in the simplest way there is, and with nothing taken from the daemon.

/// What a record earns.
export function output({ cadence, resistance }) {
  return ((cadence + 35) * (resistance + 65)) / 100;
}

/// The personal bests: class → second → racer → output.
export class History {
  #classes = new Map();

  add(record) {
    this.put(record.classId, record.second, record.racerId, output(record));
  }

  put(classId, second, racerId, value) {
    const racers = this.#racers(classId, second);
    if (!racers.has(racerId) || value > racers.get(racerId)) {
      racers.set(racerId, value);
    }
  }

  best(classId, second, racerId) {
    return this.#classes.get(classId)?.get(second)?.get(racerId);
  }

  /// [racerId, output] of everybody with a best at that second.
  at(classId, second) {
    return [...(this.#classes.get(classId)?.get(second) ?? [])];
  }

  classes() {
    return [...this.#classes.keys()].sort((a, b) => a - b);
  }

  /// The text of the class's file.
  text(classId) {
    const seconds = {};
    for (const [second, racers] of ascending(this.#classes.get(classId) ?? [])) {
      // Ids from 2^32 - 1 on are not sorted by the engine, but stay in the order in which they were put in.
      seconds[second] = Object.fromEntries(ascending(racers));
    }
    return JSON.stringify(seconds);
  }

  clone() {
    const copy = new History();
    for (const [classId, seconds] of this.#classes) {
      for (const [second, racers] of seconds) {
        racers.forEach((value, racerId) => copy.put(classId, second, racerId, value));
      }
    }
    return copy;
  }

  #racers(classId, second) {
    if (!this.#classes.has(classId)) {
      this.#classes.set(classId, new Map());
    }
    const seconds = this.#classes.get(classId);
    if (!seconds.has(second)) {
      seconds.set(second, new Map());
    }
    return seconds.get(second);
  }
}

function ascending(map) {
  return [...map].sort(([a], [b]) => a - b);
}

/// One race. `before` is the history as it was when the race began.
export class Race {
  #racers = new Map();
  #arrivals = 0;

  constructor(classId, raceId, before, meaning = 'output') {
    this.classId = classId;
    this.raceId = raceId;
    this.before = before;
    this.meaning = meaning;
  }

  /// Records in the order of their arrival.
  add(record) {
    const racer = this.#racers.get(record.racerId) ?? { racerId: record.racerId, second: 0, outputs: new Map() };
    this.#racers.set(record.racerId, racer);
    const { second } = record;
    racer.outputs.set(second, Math.max(output(record), racer.outputs.get(second) ?? -Infinity));
    if (second >= racer.second) {
      racer.second = second;
      racer.name = record.name;
    }
    const score = this.#score(racer);
    if (score !== racer.score) {
      racer.score = score;
      racer.since = this.#arrivals;
    }
    this.#arrivals += 1;
  }

  #score({ second, outputs }) {
    const values = ascending(outputs).map(([, value]) => value);
    const total = () => values.reduce((sum, value) => sum + value, 0);
    switch (this.meaning) {
      case 'output':
        return outputs.get(second);
      case 'best':
        return Math.max(...values);
      case 'mean':
        return total() / values.length;
      default:
        return total();
    }
  }

  get leadingSecond() {
    return Math.max(...[...this.#racers.values()].map(({ second }) => second));
  }

  rider(racerId) {
    return this.#racers.get(racerId);
  }

  /// All entries of the board `now`, best first.
  entries() {
    const racers = [...this.#racers.values()];
    racers.sort((a, b) => b.score - a.score || a.since - b.since || a.racerId - b.racerId);
    return ranked(
      racers.map((racer) => ({
        racerId: racer.racerId,
        name: racer.name,
        second: racer.second,
        output: racer.score,
        record: this.#isRecord(racer),
      })),
    );
  }

  #isRecord({ racerId, second, outputs }) {
    const best = this.before.best(this.classId, second, racerId);
    return best === undefined || outputs.get(second) > best;
  }

  /// All entries of the board `alltime` as `viewerId`, or somebody who does not ride, sees it. `nameOf` knows names.
  alltime(history, nameOf, viewerId) {
    const rider = this.rider(viewerId);
    const second = rider ? rider.second : this.leadingSecond;
    const outputs = new Map(history.at(this.classId, second));
    if (rider) {
      outputs.set(viewerId, rider.outputs.get(second));
    }
    const rows = [...outputs].map(([racerId, value]) => ({
      racerId,
      name: nameOf(racerId),
      second,
      output: value,
      record: racerId === viewerId && rider !== undefined && this.#isRecord(rider),
    }));
    rows.sort((a, b) => b.output - a.output || a.racerId - b.racerId);
    return ranked(rows);
  }
}

/// Standard competition ranks: one more than the number of those with a higher output.
function ranked(sorted) {
  let rank = 0;
  return sorted.map((entry, at) => {
    rank = at > 0 && sorted[at - 1].output === entry.output ? rank : at + 1;
    return { rank, ...entry };
  });
}
