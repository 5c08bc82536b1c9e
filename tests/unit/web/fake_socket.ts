import type { TelemetryRecord } from '@app/api/types';

/** A WebSocket as browsers have it: what it tells comes later, and one that tries for ever can be closed meanwhile. */
export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static made: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.made.at(-1)!;
  }
  readyState = FakeSocket.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly frames: unknown[] = [];

  constructor(readonly url: URL) {
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    if (this.readyState === FakeSocket.CONNECTING) throw new DOMException('still connecting', 'InvalidStateError');
    if (this.readyState === FakeSocket.OPEN) this.frames.push(JSON.parse(text));
  }
  close(): void {
    if (this.readyState >= FakeSocket.CLOSING) return;
    this.readyState = FakeSocket.CLOSING;
    setTimeout(() => this.end(), 0);
  }
  open(): this {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    return this;
  }
  end(code = 1006): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code });
  }
  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  get seconds(): number[] {
    return this.frames.flat().map((record) => (record as TelemetryRecord).second);
  }
}
