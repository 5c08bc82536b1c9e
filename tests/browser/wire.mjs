// The network between a browser and the daemon, which can be lost.

import net from 'node:net';

export class Wire {
  #pairs = new Set();
  #state = 'whole';

  /// A wire to `daemon`; has its url(), by way of the wire.
  static async to(scene, daemon) {
    const wire = new Wire();
    wire.daemon = daemon;
    const server = net.createServer({ pauseOnConnect: true }, (near) => wire.#join(near));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    wire.port = server.address().port;
    scene.after(() => {
      wire.#cut();
      server.close();
    });
    return wire;
  }

  url(path, scheme = 'http') {
    return `${scheme}://127.0.0.1:${this.port}${path}`;
  }

  /// As when a tablet leaves the wireless network: connections look open, and nothing comes through. Those of that time
  /// are never whole again.
  swallow() {
    this.#state = 'swallowing';
    for (const pair of this.#pairs) {
      pair.forEach((socket) => socket.unpipe().pause());
    }
  }

  /// Connections end, and new ones are turned away.
  refuse() {
    this.#state = 'refusing';
    this.#cut();
  }

  /// New connections are whole.
  mend() {
    this.#state = 'whole';
  }

  #join(near) {
    if (this.#state === 'refusing') {
      near.destroy();
      return;
    }
    const far = net.connect(this.daemon.port, this.daemon.host);
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {}); // follows from an end
      socket.on('close', () => {
        this.#pairs.delete(pair);
        pair.forEach((each) => each.destroy());
      });
    }
    if (this.#state === 'whole') {
      near.pipe(far).pipe(near);
    }
  }

  #cut() {
    for (const pair of this.#pairs) {
      pair.forEach((socket) => socket.destroy());
    }
  }
}
