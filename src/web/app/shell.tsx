import './shell.css';

import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { AccountKey, AccountPanel } from './access/account';
import { SignIn } from './access/sign_in';
import { mustSignIn } from './api/access';
import { reachable } from './api/clock';
import { focusIsLost } from './focus';
import { RacePage } from './pages/race/race_page';
import { session } from './ride/current';
import { route } from './router';
import { t } from './strings';
import { subject } from './title';
import { CatIcon } from './ui/icons';

interface Page {
  path: string;
  title: string;
  /** In the menu. */
  listed: boolean;
  /** Fills the window: no head and no menu. */
  bare?: boolean;
  load: () => Promise<ComponentType>;
}

// What a rider needs first comes with the first view; the rest when it is asked for.
const pages: Page[] = [
  { path: '/', title: t.nav.race, listed: true, load: async () => RacePage },
  { path: '/results', title: t.nav.results, listed: true, load: async () => (await import('./pages/results/results_page')).ResultsPage },
  { path: '/racer', title: t.nav.racer, listed: false, load: async () => (await import('./pages/racer/racer_page')).RacerPage },
  { path: '/wall', title: t.nav.wall, listed: true, bare: true, load: async () => (await import('./pages/wall/wall_page')).WallPage },
  { path: '/status', title: t.nav.status, listed: true, load: async () => (await import('./pages/status/status_page')).StatusPage },
];

const loaded = new Map<string, ComponentType>([['/', RacePage]]);

/** The page of this address. A page that could not be fetched is asked for once more, afresh: the daemon may be newer. */
function useComponent(page: Page): ComponentType | 'loading' | 'failed' {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    setFailed(null);
    if (loaded.has(page.path)) return;
    page.load().then(
      (component) => {
        loaded.set(page.path, component);
        redraw((count) => count + 1);
      },
      () => setFailed(page.path),
    );
  }, [page]);
  return loaded.get(page.path) ?? (failed === page.path ? 'failed' : 'loading');
}

function Menu({ current }: { current: Page }) {
  return (
    <nav class="menu" aria-label={t.nav.label}>
      {pages
        .filter(({ listed }) => listed)
        .map(({ path, title }) => (
          <a key={path} href={path} data-page="inside" aria-current={path === current.path ? 'page' : undefined}>
            {title}
          </a>
        ))}
    </nav>
  );
}

export function Shell() {
  const page = pages.find(({ path }) => path === route.value.pathname) ?? pages[0]!;
  const Component = useComponent(page);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const about = subject.value ?? (page.path === '/' ? null : page.title);
  useEffect(() => {
    document.title = about === null ? t.product : `${about} · ${t.product}`;
  }, [about]);
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [page]);

  const riding = session.value !== null;
  const blocked = mustSignIn.value && !riding;
  const wasBlocked = useRef(false);
  useEffect(() => {
    if (wasBlocked.current && !blocked && focusIsLost()) main.current?.focus({ preventScroll: true }); // the panel had it
    wasBlocked.current = blocked;
  }, [blocked]);

  const shown =
    Component === 'loading' ? (
      <p class="loading">{t.shell.loading}</p>
    ) : Component === 'failed' ? (
      <p class="notice bad" role="alert">
        {t.shell.pageFailed}{' '}
        <button type="button" class="quiet" onClick={() => location.reload()}>
          {t.shell.reload}
        </button>
      </p>
    ) : (
      <Component />
    );
  // Behind the panel nothing is lost: what was typed, and a ride.
  const content = (
    <>
      <SignIn riding={riding} />
      <div class="page" hidden={blocked}>
        {shown}
      </div>
    </>
  );
  if (page.bare) return <main ref={main} tabIndex={-1}>{content}</main>;
  return (
    <>
      <a class="skip" href="#main">
        {t.nav.skip}
      </a>
      <header class="head">
        <a class="brand" href="/" data-page="inside">
          <CatIcon />
          {t.product}
        </a>
        <Menu current={page} />
        <AccountKey />
      </header>
      {reachable.value === false && (
        <p class="unreachable" role="status">
          {t.shell.unreachable}
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <AccountPanel />
        {content}
      </main>
    </>
  );
}
