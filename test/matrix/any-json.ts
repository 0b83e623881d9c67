/** Take it to put any JSON into any place of an answer. */
import fc from 'fast-check';

/** Stands for lists within lists, deeper than JSON.stringify can go. */
const DEEP = '(deep)';
export const inJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(JSON.stringify(DEEP), '['.repeat(20_000) + ']'.repeat(20_000));

export type Path = (string | number)[];
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]))];
}

/** A copy with something else at a place; undefined takes the place away. */
export function withAt(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const part = withAt(copy[key], rest, put);
  if (part === undefined) delete copy[key];
  else copy[key] = part;
  return copy;
}

export const anything = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }) as fc.Arbitrary<unknown> },
  fc.constantFrom<unknown>(undefined, null, [], {}, '', 0, -1, 1e308, true, 'x'.repeat(70_000), [null], {
    events: null,
  }),
  fc.constantFrom<unknown>({ ['__proto__']: 1 }, JSON.parse('{"__proto__":{"events":[]}}'), { constructor: 'x' }),
  fc.constant<unknown>(DEEP),
);
