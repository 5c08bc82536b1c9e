import { effect } from '@preact/signals';

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
  event.returnValue = ''; // what browsers before 2023 look at
}

/** While `riding`, the browser asks before it leaves the page. Only then: a page that may ask is not kept for "back". */
export function askBeforeLeaving(riding: () => boolean): () => void {
  return effect(() => {
    if (!riding()) return;
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  });
}
