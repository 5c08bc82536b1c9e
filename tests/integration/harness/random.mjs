/// A small seeded generator (mulberry32): the same seed gives the same test.
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /// In [0, 1), with 32 random bits.
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /// A whole number from `low` to `high`, both included.
  whole(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /// Any double in [low, high).
  number(low, high) {
    return low + (this.next() + this.next() / 2 ** 32) * (high - low);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  shuffle(list) {
    for (let at = list.length - 1; at > 0; --at) {
      const other = this.whole(0, at);
      [list[at], list[other]] = [list[other], list[at]];
    }
    return list;
  }
}
