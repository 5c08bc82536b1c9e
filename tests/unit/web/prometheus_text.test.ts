import { Metrics, parseDeclared, parseSamples } from '@app/pages/status/prometheus_text';

describe('the parser of the text format', () => {
  const one = (line: string) => parseSamples(line)[0];

  it('takes names with and without labels, and a time behind the value', () => {
    expect(one('up 1')).toEqual({ name: 'up', labels: {}, value: 1 });
    expect(one('a:b_c{door="mqtt",code="X"} 17')).toEqual({ name: 'a:b_c', labels: { door: 'mqtt', code: 'X' }, value: 17 });
    expect(one('up{} 2 1620240672076')).toEqual({ name: 'up', labels: {}, value: 2 });
    expect(one('up { door = "mqtt" , } 3')).toEqual({ name: 'up', labels: { door: 'mqtt' }, value: 3 });
  });

  it('undoes escapes in labels, and is not misled by braces, commas and quotes in them', () => {
    expect(one(String.raw`up{a="x\\y\"z\n",b="},{=\"",c=""} 4`)?.labels).toEqual({ a: 'x\\y"z\n', b: '},{="', c: '' });
    expect(one(String.raw`up{a="C:\temp"} 4`)?.labels).toEqual({ a: String.raw`C:\temp` });
  });

  it('takes every form of a number', () => {
    const values = ['+Inf', '-Inf', 'NaN', '1e+06', '-2.5E-3', '.5', '7.'].map((text) => one(`up ${text}`)?.value);
    expect(values).toEqual([Infinity, -Infinity, NaN, 1e6, -0.0025, 0.5, 7]);
  });

  it('takes the buckets of a histogram', () => {
    const metrics = new Metrics('t_bucket{le="0.1"} 2\nt_bucket{le="+Inf"} 3\nt_sum 0.4\nt_count 3\n');
    expect(metrics.all('t_bucket').map(({ labels, value }) => [labels.le, value])).toEqual([
      ['0.1', 2],
      ['+Inf', 3],
    ]);
    expect(metrics.value('t_sum')).toBe(0.4);
  });

  it('passes over comments, empty lines and what is no sample', () => {
    const text = '# HELP up It is.\n# TYPE up gauge\n\n   \nup\nup{ 1\nup{a="b} 1\nup{a=b} 1\n1up 1\nup x\nup 0x10\n# up 5\nup 6\r\n';
    expect(parseSamples(text)).toEqual([{ name: 'up', labels: {}, value: 6 }]);
  });

  it('knows what is declared without samples', () => {
    expect([...parseDeclared('# HELP a x\n# TYPE a counter\n# TYPE b histogram\nc 1\n')]).toEqual(['a', 'b']);
  });
});

describe('metrics', () => {
  const metrics = new Metrics(
    '# TYPE empty_total counter\n# TYPE n_total counter\nn_total{door="a",code="x"} 1\nn_total{door="b",code="x"} 2\nn_total{door="a",code="y"} 4\n',
  );

  it('sum what has the labels that were asked for', () => {
    expect(metrics.sum('n_total')).toBe(7);
    expect(metrics.sum('n_total', { door: 'a' })).toBe(5);
    expect(metrics.sum('n_total', { door: 'a', code: 'y' })).toBe(4);
    expect(metrics.labelled('n_total', 'door')).toEqual(['a', 'b']);
  });

  it('tell none from unknown: declared without samples is 0, absent is null', () => {
    expect(metrics.sum('empty_total')).toBe(0);
    expect(metrics.sum('n_total', { door: 'c' })).toBe(0);
    expect(metrics.sum('absent_total')).toBeNull();
    expect(metrics.value('absent_total')).toBeNull();
    expect(metrics.value('n_total', { door: 'c' })).toBeNull();
  });
});
