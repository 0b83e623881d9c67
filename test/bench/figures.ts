/** What a part of the benchmark found out, and how it is printed. */

export interface Figure {
  name: string;
  /** The median where `p95` is there too. */
  value: number;
  p95?: number;
  unit: string;
  /** The promise: `p95` (or `value` where there is none) stays below `below`. */
  target?: { below: number };
  /** What helps to judge the figure. */
  note?: string;
}

/** The figures of one part with the load average of the machine when it began. */
export interface Part {
  name: string;
  seconds: number;
  load: number;
  figures: Figure[];
}

/** The value that `share` (0 to 1) of the samples do not exceed. Throws without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** A latency in ms with both its percentiles. */
export function latency(name: string, samples: readonly number[], more: Pick<Figure, 'target' | 'note'> = {}): Figure {
  return { name, value: median(samples), p95: quantile(samples, 0.95), unit: 'ms', ...more };
}

/** Whether the promise was kept; null where there is none. */
export function verdict({ value, p95, target }: Figure): 'ok' | 'miss' | null {
  if (target === undefined) return null;
  return (p95 ?? value) < target.below ? 'ok' : 'miss';
}

const COLUMNS = ['figure', 'p50/value', 'p95', 'unit', 'target', '', 'note'];
const RIGHT = new Set([1, 2]);

/** All parts as one table for a terminal. */
export function table(parts: readonly Part[]): string {
  const rows = parts.flatMap((part) => [
    [`${part.name} (${part.seconds.toFixed(0)} s, load ${part.load.toFixed(1)})`],
    ...part.figures.map((figure) => [
      `  ${figure.name}`,
      short(figure.value),
      figure.p95 === undefined ? '' : short(figure.p95),
      figure.unit,
      figure.target === undefined ? '' : `< ${figure.target.below}`,
      verdict(figure) ?? '',
      figure.note ?? '',
    ]),
  ]);
  const widths = COLUMNS.map((_, column) =>
    Math.max(...[COLUMNS, ...rows].filter(({ length }) => length > 1).map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(COLUMNS), ...rows.map((row) => (row.length === 1 ? `\n${row[0]}` : line(row)))].join('\n');
}

function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}
