import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Lays FILE.gz beside each file that gains from it: the daemon sends it as it is, and zips nothing itself. */
function zipped(): Plugin {
  let folder = '';
  return {
    name: 'zipped',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true }) as string[]) {
        if (/\.(html|js|css|svg|webmanifest)$/.test(name)) {
          const path = join(folder, name);
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [zipped()],
  resolve: { alias: { '@app': resolve(here, 'app') } },
  build: {
    target: 'es2022',
    // The content security policy allows neither inline scripts nor data: addresses for them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    fs: { allow: [here, resolve(here, '../../tests/unit/web')] },
    // `npm run dev` shows the page of a daemon that runs beside it.
    proxy: Object.fromEntries(
      ['/api', '/history', '/live', '/ingest', '/metrics', '/readyz'].map((path) => [
        path,
        { target: process.env.ALLEYCAT_URL ?? 'http://127.0.0.1:8080', ws: true },
      ]),
    ),
  },
  test: {
    globals: true,
    root: here,
    include: ['../../tests/unit/web/**/*.test.ts'],
  },
});
