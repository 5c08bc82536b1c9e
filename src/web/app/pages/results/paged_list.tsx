import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { focusIsLost } from '../../focus';
import { t } from '../../strings';
import { Failure } from '../../ui/failure';
import type { Pages } from './pages';
import type { PagesState } from './use_pages';

interface Props<H, R> {
  shown: PagesState<H, R>;
  more: () => void;
  /** Said where there are no rows. */
  empty: string;
  moreText?: string;
  children: (pages: Pages<H, R>) => ComponentChildren;
}

/** The last "Show more" goes away with the keyboard on it: the first of the new rows takes it. */
function useFocusOnNew(rows: number, asked: boolean) {
  const list = useRef<HTMLDivElement>(null);
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (asked || before.current === null) return;
    const first = list.current?.querySelectorAll('li')[before.current];
    if (focusIsLost()) first?.querySelector('a')?.focus();
    before.current = null;
  }, [asked]);
  const pressed = () => {
    before.current = rows;
  };
  return { list, pressed };
}

function Rows<H, R>({ shown, more, moreText = t.results.more, children }: Omit<Props<H, R>, 'empty'>) {
  const pages = shown.state === 'there' ? shown.pages : null;
  const { asked, error } = shown.state === 'there' ? shown.more : { asked: false, error: null };
  const { list, pressed } = useFocusOnNew(pages?.rows.length ?? 0, asked);
  const onMore = () => {
    if (!asked) pressed();
    more();
  };
  return (
    <>
      <div class="list-all" ref={list}>
        {pages && children(pages)}
      </div>
      {error && <Failure error={error} />}
      {pages?.next && (
        <button type="button" class="list-more" onClick={onMore} aria-disabled={asked}>
          {moreText}
        </button>
      )}
    </>
  );
}

/** Rows, and a button for the next ones. */
export function PagedList<H, R>({ empty, ...props }: Props<H, R>) {
  const { shown } = props;
  if (shown.state === 'loading') return <p class="muted">{t.shell.loading}</p>;
  if (shown.state === 'failed') return <Failure error={shown.error} />;
  if (shown.pages.rows.length === 0) return <p class="muted">{empty}</p>;
  return <Rows {...props} />;
}
