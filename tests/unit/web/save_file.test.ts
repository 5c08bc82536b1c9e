import { fileNameOf } from '@app/api/save_file';

describe('the name of a file', () => {
  it('is the daemon’s', () => {
    expect(fileNameOf('attachment; filename="race-5-class-1.csv"', '/x/results.csv?classId=1')).toBe('race-5-class-1.csv');
    expect(fileNameOf('attachment; filename=ride.tcx; size=1', '/x')).toBe('ride.tcx');
    expect(fileNameOf('attachment; filename="say \\"hi\\".csv"', '/x')).toBe('say "hi".csv');
  });
  it('is the one with all its letters where there are two', () => {
    const both = `attachment; filename="Mia.csv"; filename*=UTF-8''M%C3%ADa.csv`;
    expect(fileNameOf(both, '/x')).toBe('Mía.csv');
    expect(fileNameOf(`attachment; filename*=UTF-8''%ff; filename="plain.csv"`, '/x')).toBe('plain.csv');
  });
  it('is else the last part of the address', () => {
    expect(fileNameOf(null, '/api/v1/races/5/results.csv?classId=1')).toBe('results.csv');
    expect(fileNameOf('inline', '/api/v1/races/5/racers/7/ride.tcx')).toBe('ride.tcx');
    expect(fileNameOf(null, '/')).toBe('download');
  });
  it('never has folders', () => {
    expect(fileNameOf('attachment; filename="../../etc/passwd"', '/x')).toBe('.._.._etc_passwd');
  });
});
