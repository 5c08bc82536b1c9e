import type { TelemetryRecord } from '@app/api/types';
import { OutboxStore } from '@app/ride/outbox_store';

class FakeStorage implements Storage {
  private readonly kept = new Map<string, string>();
  get length() {
    return this.kept.size;
  }
  clear = () => this.kept.clear();
  key = (index: number) => [...this.kept.keys()][index] ?? null;
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

const record = (second: number) => ({ uuid: `u${second}`, deviceTimestamp: second }) as TelemetryRecord;

describe('unsent records in the browser’s storage', () => {
  it('are taken over by the next page', () => {
    const storage = new FakeStorage();
    new OutboxStore(() => storage).keep([record(1), record(2)]);
    expect(new OutboxStore(() => storage).adopt()).toEqual([record(1), record(2)]);
  });
  it('stay there until they are sent', () => {
    const storage = new FakeStorage();
    new OutboxStore(() => storage).keep([record(1)]);
    new OutboxStore(() => storage).adopt();
    const third = new OutboxStore(() => storage);
    expect(third.adopt()).toEqual([record(1)]);
    third.keep([]);
    expect(storage.length).toBe(0);
  });
  it('of several pages come in the order they were ridden', () => {
    const storage = new FakeStorage();
    new OutboxStore(() => storage).keep([record(3), record(4)]);
    new OutboxStore(() => storage).keep([record(1)]);
    expect(new OutboxStore(() => storage).adopt()).toEqual([record(1), record(3), record(4)]);
  });
  it('that cannot be read are left behind', () => {
    const storage = new FakeStorage();
    storage.setItem('alleycat.unsent.x', '{not json');
    storage.setItem('alleycat.unsent.y', '[{"uuid":5},null]');
    storage.setItem('alleycat.rider', '{}');
    expect(new OutboxStore(() => storage).adopt()).toEqual([]);
    expect(storage.length).toBe(1);
  });
  it('are no reason to fail where there is no storage', () => {
    const store = new OutboxStore(() => {
      throw new Error('switched off');
    });
    store.keep([record(1)]);
    expect(store.adopt()).toEqual([]);
  });
});
