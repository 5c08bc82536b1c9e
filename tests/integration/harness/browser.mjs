// A real Chromium that looks at a daemon's page, and tells of everything that a page must not do.

import { after } from 'node:test';

import axe from 'axe-core';
import playwright from 'playwright-core';

import { DEADLINE_MS } from './wait.mjs';

const EXECUTABLE = process.env.ALLEYCAT_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox', // tests run as root in containers
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const GRAVE = ['serious', 'critical'];

let chromium; // one for all tests of a file
after(async () => (await chromium)?.close());

/// What a network tells a console while a daemon is away.
export const AWAY = /net::ERR_|WebSocket connection to /;

/// Somebody with a browser of their own: nothing is remembered but what `remembered` says (name → value of the page's
/// preferences). `allowed` are patterns of console errors that the test brings about. `context`: Playwright's options.
export async function browser(scene, daemon, { remembered = {}, allowed = [], init = [], ...context } = {}) {
  chromium ??= playwright.chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  const origin = daemon.url('');
  const localStorage = Object.entries(remembered).map(([name, value]) => ({
    name: `alleycat.${name}`,
    value: JSON.stringify(value),
  }));
  const made = await (
    await chromium
  ).newContext({
    viewport: { width: 1280, height: 800 },
    storageState: { cookies: [], origins: [{ origin, localStorage }] },
    ...context,
  });
  made.setDefaultTimeout(DEADLINE_MS);
  for (const script of init) {
    await made.addInitScript(script);
  }
  return scene.watch(new Visitor(made, origin, allowed));
}

class Visitor {
  #lines = [];
  #faults = [];

  constructor(context, origin, allowed) {
    this.context = context;
    this.origin = origin;
    this.allowed = allowed;
    context.on('page', (page) => this.#listen(page));
    context.on('request', (request) => this.#check(request.url()));
  }

  /// A page that shows `path`, in a tab of its own.
  async open(path) {
    const page = await this.context.newPage();
    await page.goto(this.origin + path);
    return page;
  }

  /// Everything that a page of this visitor should not have done.
  get faults() {
    return this.#faults.filter((fault) => !this.allowed.some((pattern) => pattern.test(fault)));
  }

  /// Ends all pages, and fails where there were faults.
  async end() {
    await this.context.close();
    if (this.faults.length > 0) {
      throw new Error(`the page did what it must not:\n${this.faults.slice(0, 10).join('\n')}`);
    }
  }

  log() {
    return ['--- browser', ...this.#lines.slice(-30), ...this.faults.slice(-10).map((fault) => `FAULT ${fault}`)].join(
      '\n',
    );
  }

  // The browser tells violations of the content security policy as errors on the console.
  #listen(page) {
    page.on('console', (message) => {
      const line = `console ${message.type()}: ${message.text()} (${message.location().url})`;
      this.#lines.push(line);
      if (message.type() === 'error') {
        this.#faults.push(line);
      }
    });
    page.on('pageerror', (error) => this.#faults.push(`uncaught: ${error.stack ?? error}`));
    page.on('crash', () => this.#faults.push('the page crashed'));
    page.on('websocket', (socket) => this.#check(socket.url()));
  }

  #check(address) {
    const { protocol, host } = new URL(address);
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== new URL(this.origin).host) {
      this.#faults.push(`asked somebody else: ${address}`);
    }
  }
}

/// What axe-core finds that keeps somebody from using the page: lines, empty where there is nothing.
export async function accessibilityFaults(page) {
  await page.evaluate(axe.source);
  // What still fades in is judged as it will be.
  await page.evaluate(() => document.getAnimations().forEach((each) => each.effect.getComputedTiming().endTime < Infinity && each.finish()));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .flatMap(({ id, impact, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${impact} ${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
    );
}

/// How many pixels of the page are beside the window.
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
