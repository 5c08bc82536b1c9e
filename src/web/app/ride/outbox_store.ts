// Records outlive the page in the browser's storage. Each page has a key of its own; a new page takes over what it
// finds under any. Two pages may so send the same records, which does no harm: a second that is told twice is the same.

import type { TelemetryRecord } from '../api/types';
import { randomUuid } from './uuid';

const PREFIX = 'alleycat.unsent.';

export class OutboxStore {
  private readonly key = PREFIX + randomUuid();
  private empty = true;

  constructor(private readonly storage: () => Storage = () => localStorage) {}

  keep(records: readonly TelemetryRecord[]): void {
    if (records.length === 0 && this.empty) return;
    try {
      if (records.length === 0) this.storage().removeItem(this.key);
      else this.storage().setItem(this.key, JSON.stringify(records));
      this.empty = records.length === 0;
    } catch {
      // no storage, or no room in it: then they live as long as the page
    }
  }

  /** What earlier pages left, oldest first. It is this page's now. */
  adopt(): TelemetryRecord[] {
    const found: TelemetryRecord[] = [];
    try {
      const storage = this.storage();
      const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '');
      for (const key of keys.filter((name) => name.startsWith(PREFIX) && name !== this.key)) {
        found.push(...readable(storage.getItem(key)));
        storage.removeItem(key);
      }
    } catch {
      // as above
    }
    found.sort((a, b) => a.deviceTimestamp - b.deviceTimestamp);
    if (found.length > 0) this.keep(found);
    return found;
  }
}

function readable(text: string | null): TelemetryRecord[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((record) => typeof record?.uuid === 'string') : [];
  } catch {
    return [];
  }
}
