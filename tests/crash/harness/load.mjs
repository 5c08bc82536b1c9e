// Load on a daemon that may die at any time: WebSocket clients and MQTT publishers of many kinds.

import { record } from '../../integration/harness/records.mjs';
import { Signal, within } from '../../integration/harness/wait.mjs';
import { Sender } from './sender.mjs';
import { historyOf, payloadOf } from './traffic.mjs';

/// One record a frame and 50 a frame, each answered before the next; the same pipelined; odd and large frames.
export const SENDERS = [
  { perFrame: 1, window: 1 },
  { perFrame: 1, window: 1000 },
  { perFrame: 50, window: 50 },
  { perFrame: 50, window: 2000 },
  { perFrame: 7, window: 500 },
  { perFrame: 250, window: 3000 },
];

/// Records a message; the broker has the rest to do.
export const PUBLISHERS = [{ perMessage: 1 }, { perMessage: 20 }];

const UNDER_WAY = 50; // messages of a publisher that the broker has not acknowledged
const SHARE = 0.05; // records that a publisher sends for each record that is acknowledged to the senders
const AHEAD = 5000; // records that senders may send beyond those that a test waits for
const MARK = { classId: 6, racerId: 1 };

/// Publishes at QoS 1 in step with what the senders get acknowledged, so that the broker's queue stays short.
class Publisher {
  #waiting = new Set();

  constructor(source, { perMessage }) {
    Object.assign(this, { source, perMessage });
    this.sent = 0; // records
    this.acked = 0; // of them, by the broker
  }

  async run(client, load) {
    for (;;) {
      await load.until('the senders to go on', () => load.finishing || this.sent < SHARE * load.acked);
      if (load.finishing) {
        break;
      }
      this.#publish(client, load);
      if (this.#waiting.size >= UNDER_WAY) {
        await within('the broker to acknowledge', Promise.race(this.#waiting));
      }
    }
    await within('the broker to acknowledge all', Promise.all(this.#waiting));
  }

  #publish(client, load) {
    const payload = payloadOf(this.source, this.sent, this.sent + this.perMessage);
    this.sent += this.perMessage;
    const published = client.publishAsync('alleycat-publish', payload, { qos: 1 }).then(() => {
      this.acked += this.perMessage;
      this.#waiting.delete(published);
      load.progress();
    });
    published.catch(() => {}); // told by run(), or the test has failed already
    this.#waiting.add(published);
  }
}

export class Load {
  #signal = new Signal();
  #enough = AHEAD;
  finishing = false;
  #unlimited = false;

  constructor({ senders = SENDERS, publishers = PUBLISHERS } = {}) {
    this.senders = senders.map((kind, at) => new Sender(1 + at, kind, this));
    this.publishers = publishers.map((kind, at) => new Publisher(50 + at, kind));
  }

  /// `mqtt` is a connected client of the broker, where there is one.
  start(endpoint, mqtt) {
    this.mqtt = mqtt;
    const runs = [
      ...this.senders.map((sender) => sender.run(endpoint)),
      ...(mqtt ? this.publishers.map((publisher) => publisher.run(mqtt, this)) : []),
    ];
    this.ended = Promise.all(runs).catch((error) => {
      this.failure = error;
      this.progress();
    });
  }

  progress() {
    this.#signal.notify();
  }

  /// Whether senders never rest.
  set unlimited(value) {
    this.#unlimited = value;
    this.progress();
  }

  /// Records acknowledged to the WebSocket clients.
  get acked() {
    return this.senders.reduce((sum, { acked }) => sum + acked, 0);
  }

  get sent() {
    return [...this.senders, ...this.publishers].reduce((sum, { sent }) => sum + sent, 0);
  }

  /// Whether senders may send what they have not sent before: else a quick daemon would end with millions of records.
  get wantsMore() {
    return this.#unlimited || this.sent < this.#enough;
  }

  /// Fails where a client has failed.
  check() {
    if (this.failure) {
      throw this.failure;
    }
    return this;
  }

  /// Waits until the condition holds; looked at after every frame, answer and publish.
  until(what, condition) {
    return this.#signal.until(what, () => {
      this.check();
      return condition();
    });
  }

  /// Waits until so many further records are acknowledged to the WebSocket clients, who go on sending then.
  further(count) {
    const goal = this.acked + count;
    this.#enough = this.sent + count + AHEAD;
    this.progress();
    return this.until(`${count} further acknowledgements`, () => this.acked >= goal);
  }

  /// The same of records that are sent.
  furtherSent(count) {
    const goal = this.sent + count;
    this.#enough = goal + AHEAD;
    this.progress();
    return this.until(`${count} further records sent`, () => this.sent >= goal);
  }

  /// Sends nothing new, and waits until all is acknowledged: by the daemon to the senders, by the broker to the publishers.
  async finish() {
    this.finishing = true;
    this.senders.forEach((sender) => sender.finish());
    this.progress();
    await within('all clients to finish', this.ended, 60_000);
    this.check();
  }

  /// Waits until the daemon has taken all that the broker acknowledged: a record published last is on the live board.
  async passedOn(scene, daemon) {
    if (!this.mqtt) {
      return;
    }
    const viewer = await scene.viewer(daemon, `classId=${MARK.classId}&racerId=${MARK.racerId}`);
    this.mark = record(MARK);
    await this.mqtt.publishAsync('alleycat-publish', JSON.stringify(this.mark), { qos: 1 });
    await viewer.until('the last record of the broker', () => viewer.state.me);
    viewer.terminate();
  }

  /// What must be in the history when all is acknowledged.
  history() {
    const history = historyOf([...this.senders, ...this.publishers]);
    if (this.mark) {
      history.add(this.mark);
    }
    return history;
  }

  /// A line for people.
  summary() {
    const sum = (key, list = this.senders) => list.reduce((total, each) => total + each[key], 0);
    return (
      `${sum('sent')} records on ${sum('connections')} WebSocket connections, sent again ${sum('again')} times; ` +
      `${this.mqtt ? sum('sent', this.publishers) : 0} over MQTT`
    );
  }
}
