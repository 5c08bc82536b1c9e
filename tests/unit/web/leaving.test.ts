import { raceTimes } from '@app/api/clock';
import { askBeforeLeaving } from '@app/ride/leaving';

afterEach(() => vi.unstubAllGlobals());

it('the browser asks before it leaves the page, while one rides and only then', () => {
  const window = new EventTarget();
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  const asks = () => {
    const event = new Event('beforeunload', { cancelable: true });
    Object.defineProperty(event, 'returnValue', { value: 'untouched', writable: true }); // a text, of this event
    const goes = window.dispatchEvent(event);
    expect(String(event.returnValue)).toBe(goes ? 'untouched' : '');
    return !goes;
  };
  raceTimes.value = null; // any signal will do
  askBeforeLeaving(() => raceTimes.value !== null);
  expect(asks()).toBe(false);
  raceTimes.value = { length: 300, window: 300 };
  expect(asks()).toBe(true);
  raceTimes.value = null;
  expect(asks()).toBe(false);
});
