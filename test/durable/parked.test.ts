/** What an operator does with what failed: events that a chart threw on, actors that are parked. */
import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/durable/definition.ts';
import { nameOfParked, type Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import { temporaryStore } from '../store/support.ts';
import { input } from '../support/inputs.ts';
import { until } from '../support/until.ts';
import { build, type HouseOptions } from './house.ts';
import { countOf, toy, toyRecord } from './toy.ts';

const parkedOf = ({ parked }: Envelope) => parked.map(({ event }) => event['type']);
const wanted = (parked: string, then: 'retry' | 'drop'): Input => ({ kind: 'parked', parked, then, at: 9 });

/** A record with an event that was parked when its chart was another. */
function withParked(type: string): Envelope<{ count: number }> {
  return { ...toyRecord(), parked: [{ at: 1, error: 'the chart is broken', event: { type } }] };
}

describe('a parked event', () => {
  it('is heard again and is parked no more', () => {
    const before = withParked('all');
    const { record, effects, heard } = step(toy, before, [wanted(nameOfParked(before.parked[0]!), 'retry')]);
    expect([countOf(record), record.parked, effects.map(({ type }) => type)]).toEqual([
      ...[1, [], ['repeat', 'do once', 'show']],
    ]);
    expect(heard).toEqual([{ event: { type: 'all' }, from: null }]);
  });

  it('that fails again is parked again', () => {
    const before = withParked('break');
    const { record } = step(toy, before, [wanted(nameOfParked(before.parked[0]!), 'retry')]);
    expect(record.parked).toEqual([{ at: 9, error: 'the chart is broken', event: { type: 'break' } }]);
  });

  it('is let go, once; of a name that none has nothing happens', () => {
    const before = withParked('break');
    const name = nameOfParked(before.parked[0]!);
    const { record, heard } = step(toy, before, [wanted(name, 'drop')]);
    expect([record, heard]).toEqual([toyRecord(), []]);
    expect(step(toy, record, [wanted(name, 'drop')]).record).toBe(record);
    expect(step(toy, before, [wanted('none', 'retry')]).record).toBe(before);
  });
});

async function house(options: Partial<HouseOptions> = {}) {
  const { rooms: records, deadLetters } = await temporaryStore();
  return { records, ...build({ records, deadLetters, ...options }) };
}

describe('an actor', () => {
  it('that sleeps is woken to hear its parked event again', async () => {
    const it = await house();
    const before = withParked('count');
    await it.records.write('a', before);
    await it.children.deliver('a', [wanted(nameOfParked(before.parked[0]!), 'retry')]);
    const record = (await it.records.read('a')) as Envelope;
    expect([countOf(record), parkedOf(record)]).toEqual([1, []]);
    expect(it.children.recordOf('a')).toEqual(record);
    expect(it.children.recordOf('b')).toBeNull();
  });

  it('that is parked is tried at once where an operator says so, and not once more when its rest is over', async () => {
    const it = await house({ policy: { budget: 0, parkedMs: 60_000 } });
    it.breaks.set('a', 1);
    await it.children.deliver('a', [input({ type: 'repeat', n: 1 }, 0, '$1')]);
    await until(() => it.children.counts().parked === 1);
    expect(it.children.recordOf('a')).toBeNull();
    expect([it.children.unpark('b'), it.children.unpark('a'), it.children.unpark('a')]).toEqual([false, true, false]);
    await until(() => it.children.recordOf('a') !== null);
    expect(it.children.counts()).toEqual({ live: 1, backingOff: 0, parked: 0 });
    it.alarm.advance(60_000);
    expect(it.children.counts().live).toBeLessThanOrEqual(1);
  });
});
