import { computed, signal } from '@preact/signals';

import { wholeIn } from './query';

const here = signal(location.href);

addEventListener('popstate', () => {
  here.value = location.href;
});

/** The page's address; changes as the user goes around. */
export const route = computed(() => new URL(here.value));

/** Goes to `path`. `replace`: the address before it is not kept for "back". */
export function go(path: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  here.value = location.href;
  if (!replace) scrollTo(0, 0);
}

/** The value of a whole number in the address's query, or undefined. */
export function numberInQuery(name: string): number | undefined {
  return wholeIn(route.value.searchParams, name);
}

/** Follows links within the page without loading it again. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute('download')) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || !link.dataset.page) return;
    event.preventDefault();
    go(to.pathname + to.search);
  });
}
