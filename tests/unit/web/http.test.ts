import { api } from '@app/api/http';

describe('a ride', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('is told with whether all of it could be read', async () => {
    const asked: string[] = [];
    let headers = {};
    vi.stubGlobal('fetch', async (path: string) => {
      asked.push(path);
      return new Response('second,output', { headers });
    });
    expect(await api.ride(1, 5, 7)).toEqual({ csv: 'second,output', partial: false });
    headers = { 'X-Ride-Partial': 'true' };
    expect(await api.ride(1, 5, 7)).toEqual({ csv: 'second,output', partial: true });
    expect(asked[0]).toBe('/api/v1/races/5/racers/7/ride.csv?classId=1');
  });
});
