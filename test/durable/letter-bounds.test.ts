import { expect, it } from 'vitest';
import type { Held } from '../../src/durable/dead-letters.ts';
import type { Input } from '../../src/durable/definition.ts';
import { holdWithinBounds } from '../../src/durable/letter-bounds.ts';
import { input } from '../support/inputs.ts';

const long = (id: string, bytes: number) => input({ type: 'said', body: 'x'.repeat(bytes) }, 0, id);
const instead = input({ type: 'lost' }, 0, 'instead');

function hold(held: Set<Held>, ...inputs: Input[]): boolean {
  return holdWithinBounds(held, { inputs, onDisk: null, byLetter: true }, () => instead);
}
const idsOf = (held: Set<Held>) => [...held].map(({ input: one }) => (one.kind === 'event' ? one.id : null));

it('end at a megabyte, also where they are few', () => {
  const held = new Set<Held>();
  expect(hold(held, long('1', 500_000), long('2', 500_000))).toBe(false);
  expect(hold(held, long('3', 50_000))).toBe(true);
  expect(hold(held, long('4', 50_000), long('5', 1_000))).toBe(false);
  expect(idsOf(held)).toEqual(['1', '2', 'instead', '5']);
});

it('count bytes, not characters', () => {
  const held = new Set<Held>();
  hold(held, input({ type: 'said', body: 'ж'.repeat(520_000) }, 0, '1'), long('2', 20_000));
  expect(idsOf(held)).toEqual(['1', 'instead']);
});

it('whoever waits for what is not kept is told when what stands for it is on disk, or at once where it is', () => {
  const held = new Set<Held>();
  const told: string[] = [];
  const wait = (id: string, bytes: number) =>
    holdWithinBounds(held, { inputs: [long(id, bytes)], onDisk: () => told.push(id), byLetter: true }, () => instead);
  wait('1', 1_040_000);
  wait('2', 50_000);
  wait('3', 50_000);
  expect(told).toEqual([]);
  const [, standing] = [...held];
  standing?.onDisk?.();
  expect(told).toEqual(['2', '3']);
  (standing as Held).onDisk = null;
  wait('4', 50_000);
  expect(told).toEqual(['2', '3', '4']);
});
