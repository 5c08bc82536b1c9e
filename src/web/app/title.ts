import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** What the page that is shown is about, such as a rider; null: what its menu says. */
export const subject = signal<string | null>(null);

/** Names the window by `text` while the component is shown. */
export function useSubject(text: string): void {
  useEffect(() => {
    subject.value = text;
    return () => {
      subject.value = null;
    };
  }, [text]);
}
