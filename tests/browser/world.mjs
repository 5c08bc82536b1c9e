// What the tests of the page ride in: a broker, a daemon with short races, and simulated riders who publish over MQTT.

import { binary } from '../integration/harness/daemon.mjs';
import { freePort } from '../integration/harness/broker.mjs';
import { Program } from '../integration/harness/processes.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { numberIn } from './page.mjs';

/// Seconds of a race; the next one starts at its end.
export const RACE = 12;
/// The rider at this browser.
export const MIA = { racerId: 7001, name: 'Mia <b>Bold</b>' };

export class World {
  /// Of what the tests ask themselves: a token, where one is needed.
  headers = {};

  static async make(scene, settings = {}) {
    const world = new World();
    world.scene = scene;
    world.broker = await scene.broker();
    // The port is chosen here, so that a daemon that is started again is found where it was.
    world.settings = {
      HTTP_LISTEN: `127.0.0.1:${await freePort()}`,
      MQTT_BROKER: world.broker.address,
      RACE_LENGTH: RACE,
      RACE_WINDOW: RACE,
      RACE_GRACE: '1s',
      RANKING_TICK: '250ms',
      ...settings,
    };
    await world.start();
    return world;
  }

  async start() {
    this.daemon = await this.scene.daemon(this.settings);
    await this.daemon.ready();
  }

  /// As a power cut does it.
  async kill() {
    await this.daemon.program.stop('SIGKILL');
  }

  /// Riders whose races are those of the daemon's clock; each race begins with the window.
  riders({ riders, classes = '1', ...more }) {
    const flags = {
      riders,
      classes,
      seconds: RACE,
      window: RACE,
      races: 0,
      start: 'window',
      broker: this.broker.address,
      ...more,
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return this.scene.watch(new Program('alleycat-sim', binary('alleycat-sim'), [...args, '--json']));
  }

  async json(path) {
    const { status, body } = await this.daemon.request(path, { headers: this.headers });
    if (status !== 200) {
      throw new Error(`GET ${path}: ${status} ${body}`);
    }
    return JSON.parse(body.toString());
  }

  clock() {
    return this.json('/api/v1/clock');
  }

  /// The id of the race that a page rides, which begins a moment sooner on the page than here or a moment later.
  async raceOf(page) {
    await secondReached(page, 2);
    const { raceId } = await this.clock();
    return raceId;
  }

  /// Waits for the start of a race, to have all of it, and returns its id.
  async nextRace() {
    const { raceId } = await this.clock();
    return waitFor('the next race', async () => {
      const now = await this.clock();
      return now.raceId !== raceId && now.raceId;
    });
  }

  /// What a class's history holds of a racer: second → output.
  async historyOf(classId, racerId) {
    const history = JSON.parse((await this.daemon.history(classId)) ?? '{}');
    return new Map(
      Object.entries(history).flatMap(([second, racers]) =>
        racers[racerId] === undefined ? [] : [[Number(second), racers[racerId]]],
      ),
    );
  }

  /// The seconds of a ride, as the daemon tells it for download, in their order.
  async rideSeconds(classId, raceId, racerId) {
    const { status, body } = await this.daemon.request(
      `/api/v1/races/${raceId}/racers/${racerId}/ride.csv?classId=${classId}`,
      { headers: this.headers },
    );
    if (status !== 200) {
      throw new Error(`no ride of ${racerId} in race ${raceId}: ${status} ${body}`);
    }
    const [head, ...lines] = body.toString().trim().split(/\r?\n/);
    const column = head.split(',').indexOf('second');
    return lines.map((line) => Number(line.split(',')[column]));
  }
}

export function secondReached(page, second) {
  return waitFor(`second ${second}`, async () => (await numberIn(page.getByTestId('race-second'))) >= second);
}

/// The whole numbers from `first` to `last`.
export function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
