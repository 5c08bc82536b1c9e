// The Debian package of this build.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

import { succeed } from '../../container/harness/base.mjs';
import { binary } from '../../integration/harness/daemon.mjs';

export const BUILD = dirname(dirname(binary('alleycatd')));
export const PROGRAMS = ['cpack', 'dpkg-shlibdeps', 'file'];

const work = await mkdtemp(join(tmpdir(), 'alleycat-package-'));
after(() => rm(work, { recursive: true }));
const made = new Map();

/// The path of a package made from this build, of another version where one is named. Each is made once.
export function makePackage(version = '') {
  if (!made.has(version)) {
    made.set(version, runCpack(join(work, `made-${version}`), version));
  }
  return made.get(version);
}

async function runCpack(folder, version) {
  const more = version ? ['-D', `CPACK_PACKAGE_VERSION=${version}`] : [];
  await succeed('cpack', ['-G', 'DEB', '-B', folder, ...more], { cwd: BUILD });
  const name = (await succeed('sh', ['-c', 'ls *.deb'], { cwd: folder })).trim();
  return join(folder, name);
}
