import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface ScrollBox {
  element: RefObject<HTMLDivElement>;
  /** Pixels. */
  scrolled: number;
  height: number;
  rem: number;
  /** Whether the user has scrolled, or walked with the keyboard, in the last `ms`. */
  touchedWithin: (ms: number) => boolean;
  listeners: Record<string, () => void>;
}

const rootSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** A box that scrolls: how far it is scrolled, and by whom. */
export function useScrollBox(): ScrollBox {
  const element = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState(0);
  const [size, setSize] = useState(() => ({ height: 0, rem: rootSize() }));
  const touchedAt = useRef(-Infinity);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setSize({ height: box.clientHeight, rem: rootSize() }));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  // What scrolls by itself sends `scroll` too: the user's hands tell the two apart.
  const touched = () => {
    touchedAt.current = performance.now();
  };
  return {
    element,
    scrolled,
    ...size,
    touchedWithin: (ms) => performance.now() - touchedAt.current < ms,
    listeners: {
      onScroll: () => setScrolled(element.current?.scrollTop ?? 0),
      onWheel: touched,
      onTouchMove: touched,
      onPointerDown: touched,
      onKeyDown: touched,
    },
  };
}
