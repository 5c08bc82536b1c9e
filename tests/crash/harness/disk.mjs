// A disk so small that a test can fill it.

import { spawnSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';

import { run } from '../../integration/harness/processes.mjs';

const CHUNK = Buffer.alloc(256 * 1024, 'x');
const PAGE = 4096;

export class SmallDisk {
  /// A mounted tmpfs at `scene.path('disk')`, or undefined where this user may not mount.
  static async mount(scene, size) {
    const disk = new SmallDisk();
    disk.path = scene.path('disk');
    await mkdir(disk.path);
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk.path]);
    if (mounted.code !== 0) {
      scene.context.diagnostic(mounted.stderr.trim());
      return undefined;
    }
    const unmount = () => spawnSync('umount', ['-l', disk.path]);
    process.on('exit', unmount); // also where the test is ended from outside
    scene.after(() => {
      process.off('exit', unmount);
      const { status, stderr } = unmount();
      if (status !== 0) {
        throw new Error(stderr.toString());
      }
    });
    scene.after(() => disk.filler?.close());
    return disk;
  }

  /// Takes `bytes`, or all space there is. May be called again, where some has become free.
  async fill(bytes = Infinity) {
    this.filler ??= await open(`${this.path}/filler`, 'a');
    let taken = 0;
    for (const chunk of [CHUNK, CHUNK.subarray(0, PAGE)]) {
      while (taken < bytes) {
        try {
          taken += (await this.filler.write(chunk)).bytesWritten;
        } catch (error) {
          if (error.code !== 'ENOSPC') {
            throw error;
          }
          break;
        }
      }
    }
  }

  /// Gives the space back.
  async free() {
    await this.filler.close();
    this.filler = undefined;
    await rm(`${this.path}/filler`);
  }
}
