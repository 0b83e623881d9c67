import fc from 'fast-check';
import { createMachine, raise } from 'xstate';
import { describe, expect, it } from 'vitest';
import { step } from '../../src/durable/step.ts';
import type { Definition, Input } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { input, reread, resultOf } from '../support/inputs.ts';
import { countOf, toy, toyRecord } from './toy.ts';

const count = (id: string | null): Input => input({ type: 'count' }, 0, id);
const counts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => count(`$${from + index}`));

function play(record: Envelope<{ count: number }>, ...inputs: readonly Input[]) {
  return step(toy, record, inputs);
}

describe('taking each input once', () => {
  it('takes an id once within a batch', () => {
    expect(countOf(play(toyRecord(), count('$1'), count('$2'), count('$1')).record)).toBe(2);
  });

  it('takes an id once over batches', () => {
    const { record } = play(toyRecord(), count('$1'));
    const again = play(record, count('$1'));
    expect(again.record).toBe(record);
    expect(again.effects).toEqual([]);
  });

  it('takes what has no id every time', () => {
    expect(countOf(play(toyRecord(), count(null), count(null)).record)).toBe(2);
  });

  it('remembers an id whose event changed nothing else', () => {
    const { record } = play(toyRecord(), input({ type: 'nobody hears this' }, 0, '$1'));
    expect(record.seen).toHaveLength(10);
    expect(record).toEqual({ ...toyRecord(), seen: record.seen });
  });

  it('remembers the last 200 of many batches, and forgets older ones', () => {
    let record = toyRecord();
    for (const one of counts(1, 201)) record = play(record, one).record;
    expect(countOf(record)).toBe(201);
    expect(play(record, ...counts(2, 201)).record).toBe(record);
    expect(countOf(play(record, count('$1')).record)).toBe(202);
    expect(record.seen).toHaveLength(2000);
  });

  it('remembers all of a batch of more than 200', () => {
    const { record } = play(toyRecord(), ...counts(1, 700));
    expect(countOf(record)).toBe(700);
    expect(play(record, ...counts(1, 700)).record).toBe(record);
    expect(play(record, count('$701')).record.seen).toHaveLength(2000);
  });
});

describe('a batch', () => {
  it('is one record, and its effects follow each other with one sequence', () => {
    const { record, effects } = play(toyRecord(), input({ type: 'all' }, 7, '$1'), input({ type: 'all' }, 8, '$2'));
    const common = { device: 'DEVICE', cursor: 0 };
    expect(effects).toEqual([
      { id: '1', class: 'repeatable', type: 'repeat', params: { n: 1 }, since: 7, ...common },
      { id: '2', class: 'once', type: 'do once', params: {}, since: 7, ...common },
      { id: '3', class: 'disposable', type: 'show', params: {}, since: 7, ...common },
      { id: '4', class: 'repeatable', type: 'repeat', params: { n: 1 }, since: 8, ...common },
      { id: '5', class: 'once', type: 'do once', params: {}, since: 8, ...common },
      { id: '6', class: 'disposable', type: 'show', params: {}, since: 8, ...common },
    ]);
    expect(record).toEqual({
      ...toyRecord(),
      sequence: 6,
      context: { count: 2 },
      outbox: [
        { id: '1', type: 'repeat', params: { n: 1 }, since: 7, ...common },
        { id: '4', type: 'repeat', params: { n: 1 }, since: 8, ...common },
      ],
      seen: record.seen,
    });
  });

  it('gives what its inputs give one by one', () => {
    const inputs = [count('$1'), input({ type: 'all' }, 3), input({ type: 'start' }, 5), input({ type: 'break' }, 6)];
    let record = toyRecord();
    for (const one of inputs) record = play(record, one).record;
    expect(play(toyRecord(), ...inputs).record).toEqual(record);
  });

  it('leaves the record that it was given as it was', () => {
    const { record } = play(toyRecord(), count('$1'), input({ type: 'all' }), input({ type: 'start' }));
    const before = reread(record);
    play(record, input({ type: 'stop' }), input({ type: 'all' }), input({ type: 'break' }));
    expect(record).toEqual(before);
  });

  it.each<[string, Input[]]>([
    ['nothing at all', []],
    ['an event that no state handles', [input({ type: 'nobody hears this' })]],
    ['the acknowledgement of an unknown effect', [{ kind: 'settled', effect: '99', result: resultOf(true), at: 0 }]],
    ['a timer that was never set', [{ kind: 'timer', timer: { id: 't', at: 5, event: 'count' }, at: 5 }]],
  ])('returns the very same record for %s', (_, inputs) => {
    const record = play(toyRecord(), input({ type: 'all' })).record;
    const heard = inputs.flatMap((one) => (one.kind === 'event' ? [{ event: one.event, from: null }] : []));
    expect(play(record, ...inputs)).toEqual({ record, effects: [], untaken: [], heard, light: inputs.length === 0 });
    expect(play(record, ...inputs).record).toBe(record);
  });

  it('returns the very same record for parts of an unknown effect', () => {
    const record = play(toyRecord(), input({ type: 'all' })).record;
    expect(play(record, { kind: 'partly settled', effect: '99', cursor: 1 }).record).toBe(record);
  });

  it('swallows what follows the end, and a record that is done takes nothing', () => {
    const { record, effects } = play(toyRecord(), count('$1'), input({ type: 'end' }), input({ type: 'all' }, 0, '$2'));
    const { done, value, context, outbox } = record;
    expect({ done, value, context, outbox }).toEqual({ done: true, value: 'ended', context: { count: 1 }, outbox: [] });
    expect(effects).toEqual([]);
    expect(play(record, input({ type: 'all' })).record).toBe(record);
  });
});

describe('what the chart throws on', () => {
  it('is parked, and the state with its timers and effects stays', () => {
    const before = play(toyRecord(), input({ type: 'start' }, 5), count(null)).record;
    const { record, effects } = play(before, input({ type: 'repeat and break', n: 1 }, 9, '$1'));
    expect(record).toEqual({
      ...before,
      parked: [{ at: 9, error: 'the chart is broken', event: { type: 'repeat and break', n: 1 } }],
      seen: record.seen,
    });
    expect(effects).toEqual([]);
  });

  it('is apologised for where somebody waits for a word', () => {
    const { record, effects } = play(toyRecord(), input({ type: 'break', sender: '@ann:test' }, 9));
    const sorry = { id: '1', type: 'repeat', params: { sorry: '@ann:test' }, since: 9, device: 'DEVICE', cursor: 0 };
    expect(effects).toEqual([{ ...sorry, class: 'repeatable' }]);
    expect(record.outbox).toEqual([sorry]);
    expect(record.sequence).toBe(1);
  });

  it('does not keep what comes after it in the batch from being taken', () => {
    const { record } = play(toyRecord(), count('$1'), input({ type: 'break' }, 0, '$2'), count('$3'));
    expect(countOf(record)).toBe(2);
    expect(play(record, input({ type: 'break' }, 0, '$2')).record).toBe(record);
  });

  it('leaves nothing of what it asked for to what comes after it', () => {
    const { record, effects } = play(toyRecord(), input({ type: 'repeat and break' }), input({ type: 'show' }));
    expect(effects.map(({ id, type }) => [id, type])).toEqual([['1', 'show']]);
    expect([countOf(record), record.outbox]).toEqual([1, []]);
  });

  it('is kept for the last fifty', () => {
    const { record } = play(toyRecord(), ...Array.from({ length: 60 }, (_, at) => input({ type: 'break' }, at)));
    expect(record.parked.map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, index) => index + 10));
  });

  it.each([
    ['emit', 'xstate.emit'],
    ['log', 'xstate.log'],
  ])('includes an action that no host carries out: %s', (type, action) => {
    const { record } = play(toyRecord(), input({ type }));
    expect(record.parked).toEqual([
      { at: 0, error: `the chart asks for '${action}', which no host carries out`, event: { type } },
    ]);
    expect(record.value).toBe('off');
  });

  it('does not include an event that the chart raises at once', () => {
    expect(play(toyRecord(), input({ type: 'raise at once' })).record).toEqual({
      ...toyRecord(),
      context: { count: 1 },
    });
  });

  it('does not include what one region raises and another one hears in the same step', () => {
    const regions = createMachine({
      id: 'toy',
      type: 'parallel',
      states: {
        talk: { initial: 'off', states: { off: { on: { agreed: 'on' } }, on: {} } },
        dialog: {
          initial: 'open',
          states: { open: { on: { yes: { target: 'none', actions: raise({ type: 'agreed' }) } } }, none: {} },
        },
      },
    });
    const record = { ...toyRecord(), value: { talk: 'off', dialog: 'open' } };
    expect(step({ ...toy, machine: regions }, record, [input({ type: 'yes' })]).record).toEqual({
      ...record,
      value: { talk: 'on', dialog: 'none' },
    });
  });
});

describe('timers', () => {
  const id = 'xstate.after.soon.toy.on';
  const started = play(toyRecord(), input({ type: 'start' }, 1_000)).record;
  const timer = { id, at: 1_100, event: id };

  it('are set with an absolute deadline', () => {
    expect(started.timers).toEqual([timer]);
    expect(started.value).toBe('on');
  });

  it('fire once', () => {
    const { record } = play(started, { kind: 'timer', timer, at: 5_000 });
    expect(record).toEqual({ ...toyRecord(), context: { count: 1 } });
    expect(play(record, { kind: 'timer', timer, at: 5_000 }).record).toBe(record);
  });

  it('go with the state that set them', () => {
    const { record } = play(started, input({ type: 'stop' }, 1_050));
    expect(record.timers).toEqual([]);
    expect(play(record, { kind: 'timer', timer, at: 1_100 }).record).toBe(record);
  });

  it('of an earlier visit to the same state are stale', () => {
    const { record } = play(started, input({ type: 'restart' }, 1_050));
    expect(record.timers).toEqual([{ ...timer, at: 1_150 }]);
    expect(play(record, { kind: 'timer', timer, at: 1_100 }).record).toBe(record);
    expect(play(record, { kind: 'timer', timer: { ...timer, at: 1_150 }, at: 1_150 }).record.value).toBe('off');
  });

  it('count from the event that set them, also within a batch', () => {
    const { record } = play(
      toyRecord(),
      input({ type: 'start' }, 10),
      input({ type: 'stop' }, 20),
      input({ type: 'start' }, 30),
    );
    expect(record.timers).toEqual([{ ...timer, at: 130 }]);
  });
});

describe('a light step', () => {
  const lightly: Definition = { ...toy, light: new Set(['show', 'all', 'count', 'break', 'start', 'end', 'silent']) };
  const lightOf = (...inputs: Input[]) => step(lightly, toyRecord(), inputs).light;
  const show = input({ type: 'show' });

  it('is what asks for nothing but disposable effects, by events that say so', () => {
    const { record, effects, light } = step(lightly, toyRecord(), [show, show]);
    const common = { class: 'disposable', type: 'show', params: {}, since: 0, device: 'DEVICE', cursor: 0 };
    expect({ record, effects, light }).toEqual({
      record: { ...toyRecord(), sequence: 2, context: { count: 2 } },
      effects: [
        { id: '1', ...common },
        { id: '2', ...common },
      ],
      light: true,
    });
  });

  it.each<[string, Input[]]>([
    ['what asks for nothing', [count(null)]],
    ['what sets a timer', [input({ type: 'start' })]],
    ['an event that no state handles', [input({ type: 'silent' })]],
  ])('is also %s', (_, inputs) => {
    expect(lightOf(...inputs)).toBe(true);
  });

  it.each<[string, Input[]]>([
    ['an event that needs its write', [input({ type: 'repeat', n: 1 })]],
    ['what has an id to be remembered', [count('$1')]],
    ['what asks for more than disposable effects', [input({ type: 'all' })]],
    ['what the chart throws on', [input({ type: 'break' })]],
    ['what the chart throws on, with an apology', [input({ type: 'break', sender: '@ann:test' })]],
    ['the end of the record', [input({ type: 'end' })]],
    ['a batch with one heavy input in front', [input({ type: 'raise at once' }), show]],
    ['a batch with one heavy input behind', [show, input({ type: 'raise at once' })]],
    ['a batch with an acknowledgement', [show, { kind: 'settled', effect: '99', result: resultOf(true), at: 0 }]],
    ['a batch with a part of a delivery', [show, { kind: 'partly settled', effect: '99', cursor: 1 }]],
    ['a batch with a timer', [show, { kind: 'timer', timer: { id: 't', at: 5, event: 'count' }, at: 5 }]],
  ])('is not %s', (_, inputs) => {
    expect(lightOf(...inputs)).toBe(false);
  });
});

describe('the outbox', () => {
  const three = play(toyRecord(), ...['a', 'b', 'c'].map((n) => input({ type: 'repeat', n }))).record;

  it('keeps the order in which effects were decided', () => {
    expect(three.outbox.map(({ id, params }) => [id, params])).toEqual([
      ['1', { n: 'a' }],
      ['2', { n: 'b' }],
      ['3', { n: 'c' }],
    ]);
  });

  it('gives up what was acknowledged, in any order, and tells the chart', () => {
    const { record } = play(three, { kind: 'settled', effect: '2', result: resultOf(true), at: 1 });
    expect(record.outbox.map(({ id }) => id)).toEqual(['1', '3']);
    expect(countOf(record)).toBe(1);
    expect(play(record, { kind: 'settled', effect: '2', result: resultOf(true), at: 2 }).record).toBe(record);
  });

  it('gives up what was refused for good', () => {
    const { record } = play(three, { kind: 'settled', effect: '1', result: resultOf(false), at: 1 });
    expect(record).toEqual({ ...three, outbox: three.outbox.slice(1) });
  });

  it('remembers how many parts were acknowledged', () => {
    const { record, effects } = play(three, { kind: 'partly settled', effect: '3', cursor: 4 });
    expect(record.outbox.map(({ id, cursor }) => [id, cursor])).toEqual([
      ['1', 0],
      ['2', 0],
      ['3', 4],
    ]);
    expect(effects).toEqual([]);
  });

  it('does not hold what is done once or disposable', () => {
    const { record, effects } = play(toyRecord(), input({ type: 'all' }));
    expect(effects.map(({ class: kind }) => kind)).toEqual(['repeatable', 'once', 'disposable']);
    expect(record.outbox.map(({ type }) => type)).toEqual(['repeat']);
  });
});

it('gives the same step for a record that was written and read, with unique and rising ids', () => {
  const types = ['count', 'all', 'show', 'repeat', 'repeat and break', 'break', 'start', 'stop', 'restart', 'silent'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...types), { maxLength: 25 }), (sequence) => {
      let record = toyRecord();
      let last = 0;
      for (const [index, type] of sequence.entries()) {
        const one = input({ type, n: index }, index, `$${index}`);
        const live = play(record, one);
        expect(play(reread(record), one)).toEqual(live);
        expect(reread(live.record)).toStrictEqual(live.record);
        for (const { id } of live.effects) expect(Number(id)).toBe((last += 1));
        expect(live.record.sequence).toBe(last);
        record = live.record;
      }
    }),
    { seed: 7, numRuns: 150 },
  );
});
