// An authority, and certificates that it signed, made by the openssl command.

import assert from 'node:assert/strict';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';

import { run } from './processes.mjs';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function openssl(...args) {
  const done = await run('openssl', args);
  assert.equal(done.code, 0, done.stderr);
}

export class Authority {
  #scene;
  #name;

  static async make(scene, name = 'ca') {
    const authority = new Authority();
    authority.#scene = scene;
    authority.#name = name;
    const [key, file] = [scene.path(`${name}.key`), scene.path(`${name}.pem`)];
    await openssl('req', '-x509', ...KEY, '-keyout', key, '-out', file, '-days', '2', '-subj', '/CN=Test CA');
    await writeFile(scene.path('extensions'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    authority.file = file;
    authority.pem = await readFile(file, 'utf8');
    return authority;
  }

  /// A certificate of 127.0.0.1 and its key: { certificate, key }, two files.
  async sign(name) {
    const at = (file) => this.#scene.path(file);
    const [key, request, certificate] = [at(`${name}.key`), at(`${name}.csr`), at(`${name}.pem`)];
    await openssl('req', ...KEY, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    const ca = ['-CA', this.file, '-CAkey', at(`${this.#name}.key`), '-CAcreateserial'];
    await openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-out',
      certificate,
      ...ca,
      '-days',
      '2',
      '-extfile',
      at('extensions'),
    );
    return { certificate, key };
  }
}

/// Puts a copy of `from` in the place of `to`, at once.
export async function replaceFile(from, to) {
  await copyFile(from, `${to}.new`);
  await rename(`${to}.new`, to);
}

/// A daemon that speaks TLS, by copies of a certificate and a key that can be replaced: { daemon, files, authority }.
export async function secureDaemon(scene, settings = {}) {
  const authority = await Authority.make(scene);
  const first = await authority.sign('first');
  const files = { certificate: scene.path('certificate.pem'), key: scene.path('key.pem') };
  await replaceFile(first.certificate, files.certificate);
  await replaceFile(first.key, files.key);
  const daemon = await scene.daemon(
    { HTTP_CERTIFICATE_FILE: files.certificate, HTTP_KEY_FILE: files.key, ...settings },
    { ca: authority.pem },
  );
  return { daemon, files, authority };
}
