// A plain Debian 12 as a tar file, made once and kept in build/container: what images, and packages, are tried on.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../../integration/harness/daemon.mjs';
import { Program, run } from '../../integration/harness/processes.mjs';

const DIRECTORY = join(ROOT, 'build/container');
const LONG_MS = 600_000; // what fetches packages
const ELSE = 'http://deb.debian.org/debian';

/// Runs a program to its end; fails with what it said where it does not end well. Returns its standard output.
export async function succeed(command, args, options) {
  const program = new Program(command, command, args, options);
  const { code, signal } = await program.exit(LONG_MS);
  if (code !== 0) {
    const said = (program.stderr || program.stdout).slice(-4000);
    throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${said}`);
  }
  return program.stdout;
}

/// The first of these programs that is not there, or undefined.
export async function missing(commands) {
  for (const command of commands) {
    if ((await run('sh', ['-c', `command -v ${command}`])).code !== 0) {
      return command;
    }
  }
  return undefined;
}

/// Where apt of this machine fetches Debian from.
async function mirror() {
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Codename: bookworm',
    'Origin: Debian',
  ]);
  return stdout.split('\n').find((line) => /^https?:/.test(line)) ?? ELSE;
}

/// The path of the tar file.
export async function baseArchive() {
  const archive = join(DIRECTORY, 'base.tar');
  if (existsSync(archive)) {
    return archive;
  }
  await mkdir(DIRECTORY, { recursive: true });
  const work = await mkdtemp(join(DIRECTORY, 'base-'));
  try {
    const root = join(work, 'root');
    const options = ['--variant=minbase', '--include=ca-certificates', 'bookworm', root, await mirror()];
    await succeed('debootstrap', options);
    await rm(join(root, 'var/cache/apt/archives'), { recursive: true });
    await succeed('tar', ['-C', root, '-cf', join(work, 'base.tar'), '.']);
    await rename(join(work, 'base.tar'), archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return archive;
}
