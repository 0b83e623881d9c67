import { expect, it, describe } from 'vitest';
import type { Envelope } from '../../src/durable/record.ts';
import type { Definition, Input } from '../../src/durable/definition.ts';
import { settled, until } from '../support/until.ts';
import { temporaryStore } from '../store/support.ts';
import { input, reread } from '../support/inputs.ts';
import { startAlone } from './lone-actor.ts';
import { countOf, toy, toyRecord } from './toy.ts';
import { heldRecords } from '../support/held-records.ts';

const all = (id: string) => input({ type: 'all' }, 0, id);
const count = (id: string) => input({ type: 'count' }, 0, id);

describe('with writes that the test holds', () => {
  it('decides, writes, commits, tells, acts: in this order and not before the write is done', async () => {
    const records = heldRecords();
    const { admit, happened, record } = startAlone(records, toyRecord(), toy);
    admit(all('$1'));
    await settled();
    expect(happened).toEqual(['record decided']);
    expect(records.held.map(({ key, record }) => [key, (record as Envelope).sequence])).toEqual([['toy', 3]]);
    expect(record()).toEqual(toyRecord());

    records.held[0]?.release();
    await settled();
    expect(happened).toEqual([
      'record decided',
      'record written',
      'committed 3',
      'settled 1',
      'perform repeat 1',
      'perform do once 2',
      'perform show 3',
    ]);
    expect(record()).toEqual(JSON.parse(records.disk.get('toy') ?? ''));
  });

  it('collects what comes during a write into one next write', async () => {
    const records = heldRecords();
    const { admit, happened, record } = startAlone(records, toyRecord(), toy);
    admit(count('$1'));
    for (let index = 2; index <= 500; index++) admit(count(`$${index}`));
    await settled();
    expect(records.begun).toHaveLength(1);
    expect(countOf(records.begun[0]?.record as Envelope)).toBe(1);
    records.held[0]?.release();
    await until(() => records.begun.length === 2);
    expect(countOf(records.begun[1]?.record as Envelope)).toBe(500);
    expect(countOf(record())).toBe(1);
    expect(happened.filter((what) => what.startsWith('settled'))).toHaveLength(1);
    records.held[0]?.release();
    await until(() => countOf(record()) === 500);
    await settled();
    expect(happened.filter((what) => what.startsWith('settled'))).toHaveLength(500);
    expect(records.begun).toHaveLength(2);
  });

  it('shows no state that is not on disk, whenever one looks', async () => {
    const records = heldRecords();
    const { actor, admit } = startAlone(records, toyRecord(), toy);
    const shown: Envelope[] = [];
    actor.subscribe({ next: (snapshot) => shown.push(reread(snapshot.record)), error: () => undefined });
    for (let index = 1; index <= 20; index++) {
      admit(all(`$${index}`));
      await settled();
      expect(actor.getSnapshot().record).toEqual(JSON.parse(records.disk.get('toy') ?? JSON.stringify(toyRecord())));
      if (index % 3 === 0) records.held[0]?.release();
      await settled();
      expect(actor.getSnapshot().record).toEqual(JSON.parse(records.disk.get('toy') ?? JSON.stringify(toyRecord())));
    }
    const written = [toyRecord(), ...records.begun.map(({ record }) => record as Envelope)];
    expect(shown.filter((record) => !written.some(({ sequence }) => sequence === record.sequence))).toEqual([]);
    expect(new Set(shown.map(({ sequence }) => sequence)).size).toBeGreaterThan(3);
  });

  it('tells at once that inputs which change nothing are on disk, and writes nothing', async () => {
    const records = heldRecords();
    const { admit, happened } = startAlone(records, toyRecord(), toy);
    admit(input({ type: 'nobody hears this' }));
    expect(happened).toEqual(['settled 1']);
    await settled();
    expect(records.begun).toEqual([]);
  });

  it('tells each input when its own write is done, also when that input changed nothing', async () => {
    const records = heldRecords();
    const { admit, happened } = startAlone(records, toyRecord(), toy);
    admit(count('$1'));
    admit(count('$1'), count('$1'));
    await settled();
    expect(happened.filter((what) => what.startsWith('settled'))).toEqual([]);
    records.held[0]?.release();
    await settled();
    expect(happened.filter((what) => what.startsWith('settled'))).toEqual(['settled 1', 'settled 2']);
    expect(records.begun).toHaveLength(1);
  });

  it('fails with the reason when a write fails; the parent hears it and nothing is done', async () => {
    const records = heldRecords();
    const { actor, admit, happened } = startAlone(records, toyRecord(), toy);
    admit(all('$1'));
    admit(all('$2'));
    await settled();
    records.held[0]?.fail(new Error('the disk is full'));
    await settled();
    expect(happened).toEqual(['record decided', 'toy failed: Error: the disk is full']);
    const { status, record } = actor.getSnapshot();
    expect({ status, record }).toEqual({ status: 'error', record: toyRecord() });
    expect(records.begun).toHaveLength(1);
  });

  it('fails when an effect of it failed', async () => {
    const { actor, happened } = startAlone(heldRecords(), toyRecord(), toy);
    actor.send({ type: 'crash', error: new Error('the effect is broken') });
    expect(happened).toEqual(['toy failed: Error: the effect is broken']);
  });

  it('leaves memory only when nothing is under way', async () => {
    const records = heldRecords();
    const { actor, admit, happened } = startAlone(records, toyRecord(), toy);
    admit(count('$1'));
    admit(count('$2'));
    const evict = { type: 'evict' } as const;
    actor.send(evict);
    await settled();
    records.held[0]?.release();
    await until(() => records.begun.length === 2);
    actor.send(evict);
    expect(actor.getSnapshot().status).toBe('active');
    records.held[0]?.release();
    await until(() => happened.filter((what) => what.startsWith('settled')).length === 2);
    actor.send(evict);
    expect(actor.getSnapshot().status).toBe('done');
    expect(happened.at(-1)).toBe('toy is done');
    expect(records.disk.size).toBe(1);
  });

  it('takes a record that is done away and ends, with its last effects done', async () => {
    const records = heldRecords();
    records.disk.set('toy', JSON.stringify(toyRecord()));
    const { actor, admit, happened } = startAlone(records, toyRecord(), toy);
    admit(all('$1'), input({ type: 'end' }), all('$2'));
    await settled();
    expect(records.held.map(({ record }) => record)).toEqual([undefined]);
    expect(actor.getSnapshot().status).toBe('active');
    records.held[0]?.release();
    await settled();
    expect(records.disk.size).toBe(0);
    const { status, record } = actor.getSnapshot();
    expect([status, record.done]).toEqual(['done', true]);
    expect(happened.slice(-5)).toEqual([
      'settled 3',
      'perform repeat 1',
      'perform do once 2',
      'perform show 3',
      'toy is done',
    ]);
  });

  it('does not tell those who come while its end is being written', async () => {
    const records = heldRecords();
    const { actor, admit, happened } = startAlone(records, toyRecord(), toy);
    admit(input({ type: 'end' }));
    admit(count('$2'));
    records.held[0]?.release();
    await until(() => actor.getSnapshot().status === 'done');
    expect(happened.filter((what) => what.startsWith('settled'))).toEqual(['settled 1']);
  });
});

describe('a light step', () => {
  /** `show` counts and asks for a disposable effect. */
  const lightly: Definition = { ...toy, light: new Set(['show', 'count', 'all', 'break', 'end']) };
  const show = input({ type: 'show' });

  it('is committed at once without a write: it is told, its effects begin', async () => {
    const records = heldRecords();
    const { admit, happened, record } = startAlone(records, toyRecord(), lightly);
    admit(show);
    const after = { ...toyRecord(), sequence: 1, context: { count: 1 } };
    expect(happened).toEqual(['record written', 'committed 1', 'settled 1', 'perform show 1']);
    expect(record()).toEqual(after);
    admit(show, show);
    expect(happened.slice(4)).toEqual([
      'record written',
      'committed 3',
      'settled 2',
      'perform show 2',
      'perform show 3',
    ]);
    await settled();
    expect(records.begun).toEqual([]);
  });

  it('rides on the next write', async () => {
    const records = heldRecords();
    const { admit, record } = startAlone(records, toyRecord(), lightly);
    admit(show);
    admit(count('$1'));
    await settled();
    expect(records.begun).toHaveLength(1);
    records.held[0]?.release();
    await settled();
    const onDisk = JSON.parse(records.disk.get('toy') ?? '') as Envelope;
    expect(onDisk).toEqual({ ...toyRecord(), sequence: 1, context: { count: 2 }, seen: onDisk.seen });
    expect(record()).toEqual(onDisk);
  });

  it('that comes during a write is taken when that is done, and needs no second one', async () => {
    const records = heldRecords();
    const { admit, happened, record } = startAlone(records, toyRecord(), lightly);
    admit(count('$1'));
    admit(show);
    await settled();
    expect(happened).toEqual(['record decided']);
    expect(record()).toEqual(toyRecord());
    records.held[0]?.release();
    await settled();
    expect(happened.slice(1)).toEqual([
      'record written',
      'committed 0',
      'settled 1',
      'record written',
      'committed 1',
      'settled 1',
      'perform show 1',
    ]);
    expect(records.begun).toHaveLength(1);
    expect([countOf(record()), countOf(JSON.parse(records.disk.get('toy') ?? '') as Envelope)]).toEqual([2, 1]);
  });

  const pick = ({ sequence, context }: Envelope) => ({ sequence, context });

  it.each<[string, Input[], ReturnType<typeof pick>]>([
    ['a batch with one heavy input', [show, count('$1')], { sequence: 1, context: { count: 2 } }],
    ['what asks for more than disposable effects', [input({ type: 'all' })], { sequence: 3, context: { count: 1 } }],
    ['what the chart throws on', [input({ type: 'break' })], { sequence: 0, context: { count: 0 } }],
  ])('is none: %s is written first', async (_, inputs, expected) => {
    const records = heldRecords();
    const { admit, happened } = startAlone(records, toyRecord(), lightly);
    admit(...inputs);
    expect(happened).toEqual(['record decided']);
    await settled();
    expect(records.begun.map(({ key, record }) => [key, pick(record as Envelope)])).toEqual([['toy', expected]]);
  });

  it('is none where the record ends: it is taken away first', async () => {
    const records = heldRecords();
    const { admit, happened } = startAlone(records, toyRecord(), lightly);
    admit(input({ type: 'end' }));
    expect(happened).toEqual(['record decided']);
    await settled();
    expect(records.begun).toEqual([{ key: 'toy', record: undefined }]);
  });

  it('leaves nothing under way: the actor may leave memory', () => {
    const { actor, admit } = startAlone(heldRecords(), toyRecord(), lightly);
    admit(show);
    actor.send({ type: 'evict' });
    expect(actor.getSnapshot().status).toBe('done');
  });
});

describe('with the real store', () => {
  it('goes on in each process with what the one before committed', async () => {
    const { rooms: records } = await temporaryStore();
    let record = toyRecord();
    for (const one of [all('$1'), input({ type: 'start' }), count('$2'), all('$1')]) {
      const { admit, happened, record: now } = startAlone(records, record, toy);
      admit(one);
      await until(() => happened.includes('settled 1'));
      record = (await records.read('toy')) as typeof record;
      expect(record).toEqual(now());
    }
    expect([countOf(record), record.value, record.outbox.length]).toEqual([2, 'on', 1]);
  });

  it('writes many inputs in few writes, the last of which is the truth', async () => {
    const { rooms: records } = await temporaryStore();
    const { admit, happened, record } = startAlone(records, toyRecord(), toy);
    for (let index = 0; index < 1_000; index++) admit(count(`$${index}`));
    await until(() => countOf(record()) === 1_000);
    expect(happened.filter((what) => what === 'record decided')).toHaveLength(2);
    expect(await records.read('toy')).toEqual(record());
  });

  it('leaves no file behind for a record that is done', async () => {
    const { rooms: records } = await temporaryStore();
    const { actor, admit } = startAlone(records, toyRecord(), toy);
    admit(count('$1'));
    await until(async () => (await records.keys()).length === 1);
    admit(input({ type: 'end' }));
    await until(() => actor.getSnapshot().status === 'done');
    expect(await records.keys()).toEqual([]);
  });
});
