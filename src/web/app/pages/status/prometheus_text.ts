// What /metrics says, in Prometheus' text format 0.0.4.

type Labels = Readonly<Record<string, string>>;

export interface MetricSample {
  name: string;
  labels: Labels;
  value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/;
const escapes: Record<string, string> = { '\\': '\\', '"': '"', n: '\n' };

function parsedValue(text: string): number | null {
  switch (text.toLowerCase()) {
    case '+inf':
    case 'inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    case 'nan':
      return NaN;
    default:
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
  }
}

/** The labels that `text` begins with, behind the opening brace, and what follows the closing one. */
function parsedLabels(text: string): { labels: Labels; rest: string } | null {
  const labels: Record<string, string> = {};
  let rest = text;
  for (;;) {
    if (/^\s*\}/.test(rest)) return { labels, rest: rest.slice(rest.indexOf('}') + 1) };
    const found = LABEL.exec(rest);
    if (!found) return null;
    labels[found[1] ?? ''] = (found[2] ?? '').replace(/\\(.)/g, (all, letter: string) => escapes[letter] ?? all);
    rest = rest.slice(found[0].length);
  }
}

function parsedLine(line: string): MetricSample | null {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return null;
  let rest = line.slice(name.length).trimStart();
  let labels: Labels = {};
  if (rest.startsWith('{')) {
    const found = parsedLabels(rest.slice(1));
    if (!found) return null;
    ({ labels, rest } = found);
  }
  const value = parsedValue(rest.trim().split(/\s+/)[0] ?? ''); // a time may follow
  return value === null ? null : { name, labels, value };
}

/** All samples in their order; a line that is none (a comment, or broken) is passed over. */
export function parseSamples(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    const sample = line.startsWith('#') ? null : parsedLine(line.trim());
    if (sample) samples.push(sample);
  }
  return samples;
}

/** The names that the text declares by a line `# TYPE`: some of them may have no samples yet. */
export function parseDeclared(text: string): Set<string> {
  return new Set([...text.matchAll(/^#\s+TYPE\s+([a-zA-Z_:][a-zA-Z0-9_:]*)\s/gm)].map(([, name]) => name ?? ''));
}

/** One answer of /metrics, to be asked for what it holds. Null: it does not say. */
export class Metrics {
  private readonly byName = new Map<string, MetricSample[]>();
  private readonly declared: ReadonlySet<string>;

  constructor(text: string) {
    this.declared = parseDeclared(text);
    for (const sample of parseSamples(text)) {
      const family = this.byName.get(sample.name);
      if (family) family.push(sample);
      else this.byName.set(sample.name, [sample]);
    }
  }

  all(name: string): readonly MetricSample[] {
    return this.byName.get(name) ?? [];
  }

  /** The sample's that has these labels, and maybe more; of several, the first. */
  value(name: string, labels: Labels = {}): number | null {
    return this.matching(name, labels)[0]?.value ?? null;
  }

  /** Of all samples that have these labels, and maybe more. What is declared, and has no such sample, is none: 0. */
  sum(name: string, labels: Labels = {}): number | null {
    const matching = this.matching(name, labels);
    if (matching.length === 0 && !this.declared.has(name)) return null;
    return matching.reduce((total, { value }) => total + value, 0);
  }

  /** The values of a label, in their order, each once. */
  labelled(name: string, label: string): string[] {
    return [...new Set(this.all(name).flatMap(({ labels }) => labels[label] ?? []))];
  }

  private matching(name: string, labels: Labels): readonly MetricSample[] {
    const wanted = Object.entries(labels);
    return this.all(name).filter((sample) => wanted.every(([label, value]) => sample.labels[label] === value));
  }
}
