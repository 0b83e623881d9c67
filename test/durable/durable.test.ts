import { createActor, setup, type AnyEventObject } from 'xstate';
import { expect, it, describe } from 'vitest';
import { durable, type DurableWorld } from '../../src/durable/durable.ts';
import type { Envelope } from '../../src/durable/record.ts';
import type { Definition, Input } from '../../src/durable/definition.ts';
import type { Records } from '../../src/ports.ts';
import { settled, until } from '../support/until.ts';
import { temporaryStore } from '../store/support.ts';
import {
  conversationOf,
  definition,
  done,
  eventId,
  freshRecord,
  input,
  reread,
  ROOM,
  textInput,
  toStreaming,
  turnId,
  resultOf,
} from '../actors/support.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { RoomDefinition } from '../../src/actors/room.ts';
import { countOf, toy, toyRecord } from './toy.ts';
import { heldRecords } from '../actors/world.ts';

/** The actor under a parent that notes what becomes of it, on the given records. */
function start<Context, Event extends AnyEventObject, Facts>(
  records: Records,
  record: Envelope<Context>,
  use: Definition<Context, Event, Facts>,
  key = 'toy',
) {
  const happened: string[] = [];
  const world: DurableWorld<string, Context> = {
    write: (name, next) => (next.done ? records.remove(name) : records.write(name, next)),
    perform: (_, effect) => happened.push(`perform ${effect.type} ${effect.id}`),
    committed: (_, { record: next }) => happened.push(`committed ${next.sequence}`),
    reach: (boundary) => happened.push(boundary),
  };
  const parent = createActor(parentMachine(happened)).start();
  const actor = createActor(durable(use, world), { id: key, parent, input: { key, record } });
  actor.subscribe({ error: () => undefined });
  actor.start();
  const admit = (...inputs: Input[]) =>
    actor.send({ type: 'admit', inputs, onDisk: () => happened.push(`settled ${inputs.length}`) });
  return { actor, admit, happened, record: () => actor.getSnapshot().record };
}

function parentMachine(happened: string[]) {
  return setup({
    types: {} as { events: AnyEventObject },
    actions: { note: (_, params: { what: string }) => void happened.push(params.what) },
  }).createMachine({
    on: {
      'xstate.error.actor.*': {
        actions: {
          type: 'note',
          params: ({ event }) => ({ what: `${String(event['actorId'])} failed: ${String(event['error'])}` }),
        },
      },
      'xstate.done.actor.*': {
        actions: { type: 'note', params: ({ event }) => ({ what: `${String(event['actorId'])} is done` }) },
      },
    },
  });
}

const all = (id: string) => input({ type: 'all' }, 0, id);
const count = (id: string) => input({ type: 'count' }, 0, id);

describe('with writes that the test holds', () => {
  it('decides, writes, commits, tells, acts: in this order and not before the write is done', async () => {
    const records = heldRecords();
    const { admit, happened, record } = start(records, toyRecord(), toy);
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
    const { admit, happened, record } = start(records, toyRecord(), toy);
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
    const { actor, admit } = start(records, toyRecord(), toy);
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
    const { admit, happened } = start(records, toyRecord(), toy);
    admit(input({ type: 'nobody hears this' }));
    expect(happened).toEqual(['settled 1']);
    await settled();
    expect(records.begun).toEqual([]);
  });

  it('tells each input when its own write is done, also when that input changed nothing', async () => {
    const records = heldRecords();
    const { admit, happened } = start(records, toyRecord(), toy);
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
    const { actor, admit, happened } = start(records, toyRecord(), toy);
    admit(all('$1'));
    admit(all('$2'));
    await settled();
    records.held[0]?.fail(new Error('the disk is full'));
    await settled();
    expect(happened).toEqual(['record decided', 'toy failed: Error: the disk is full']);
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', record: toyRecord() });
    expect(records.begun).toHaveLength(1);
  });

  it('fails when an effect of it failed', async () => {
    const { actor, happened } = start(heldRecords(), toyRecord(), toy);
    actor.send({ type: 'crash', error: new Error('the effect is broken') });
    expect(happened).toEqual(['toy failed: Error: the effect is broken']);
  });

  it('leaves memory only when nothing is under way', async () => {
    const records = heldRecords();
    const { actor, admit, happened } = start(records, toyRecord(), toy);
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
    const { actor, admit, happened } = start(records, toyRecord(), toy);
    admit(all('$1'), input({ type: 'end' }), all('$2'));
    await settled();
    expect(records.held.map(({ record }) => record)).toEqual([undefined]);
    expect(actor.getSnapshot().status).toBe('active');
    records.held[0]?.release();
    await settled();
    expect(records.disk.size).toBe(0);
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', record: { done: true } });
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
    const { actor, admit, happened } = start(records, toyRecord(), toy);
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
    const { admit, happened, record } = start(records, toyRecord(), lightly);
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
    const { admit, record } = start(records, toyRecord(), lightly);
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
    const { admit, happened, record } = start(records, toyRecord(), lightly);
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

  it.each<[string, Input[], Partial<Envelope>]>([
    ['a batch with one heavy input', [show, count('$1')], { sequence: 1, context: { count: 2 } }],
    ['what asks for more than disposable effects', [input({ type: 'all' })], { sequence: 3, context: { count: 1 } }],
    ['what the chart throws on', [input({ type: 'break' })], { context: { count: 0 } }],
  ])('is none: %s is written first', async (_, inputs, expected) => {
    const records = heldRecords();
    const { admit, happened } = start(records, toyRecord(), lightly);
    admit(...inputs);
    expect(happened).toEqual(['record decided']);
    await settled();
    expect(records.begun).toMatchObject([{ key: 'toy', record: expected }]);
  });

  it('is none where the record ends: it is taken away first', async () => {
    const records = heldRecords();
    const { admit, happened } = start(records, toyRecord(), lightly);
    admit(input({ type: 'end' }));
    expect(happened).toEqual(['record decided']);
    await settled();
    expect(records.begun).toEqual([{ key: 'toy', record: undefined }]);
  });

  it('leaves nothing under way: the actor may leave memory', () => {
    const { actor, admit } = start(heldRecords(), toyRecord(), lightly);
    admit(show);
    actor.send({ type: 'evict' });
    expect(actor.getSnapshot().status).toBe('done');
  });
});

describe('with the real store', () => {
  it('writes a turn in four records, from its text to its answer in the room', async () => {
    const { rooms: folder } = await temporaryStore();
    const written: string[] = [];
    const records: Records = {
      ...folder,
      async write(key, record) {
        await folder.write(key, record);
        written.push(conversationOf(record as Envelope));
      },
    };
    const { admit, happened, record } = start(records, freshRecord(), definition, ROOM);
    const shown = input({ type: 'answer.shown', turn: turnId(1), eventId: eventId('preview') });
    const steps = [textInput(1), ...toStreaming(1), shown, input(done(1))];
    for (const [index, one] of steps.entries()) {
      admit(one);
      await until(() => happened.filter((what) => what === 'settled 1').length > index);
    }
    const [delivery] = record().outbox;
    expect(delivery).toMatchObject({ type: 'deliver the answer', params: { preview: '$preview' } });
    admit({ kind: 'settled', effect: delivery?.id ?? '', result: resultOf(true), at: 0 });
    await until(() => happened.filter((what) => what === 'settled 1').length > steps.length);
    expect(written).toEqual(['asking.waiting for a place', 'asking.working.streaming', 'asking.finishing', 'idle']);
    expect(await folder.read(ROOM)).toEqual(record());
  });

  it('goes through a conversation, and each process finds what the one before committed', async () => {
    const { rooms: records } = await temporaryStore();
    const inputs = [textInput(1), ...toStreaming(1), textInput(2), input(done(1))];
    const stored: RoomDefinition = { ...definition, light: new Set() };
    let record = freshRecord();
    for (const one of inputs) {
      const { admit, happened, record: now } = start(records, record, stored, ROOM);
      admit(one);
      await until(() => happened.includes('settled 1'));
      record = (await records.read(ROOM)) as Envelope<RoomContext>;
      expect(record).toEqual(now());
    }
    expect(conversationOf(record)).toBe('asking.finishing');
    expect(await records.keys()).toEqual([ROOM]);
  });

  it('writes many inputs in few writes, the last of which is the truth', async () => {
    const { rooms: records } = await temporaryStore();
    const { admit, happened, record } = start(records, toyRecord(), toy);
    for (let index = 0; index < 1_000; index++) admit(count(`$${index}`));
    await until(() => countOf(record()) === 1_000);
    expect(happened.filter((what) => what === 'record decided')).toHaveLength(2);
    expect(await records.read('toy')).toEqual(record());
  });

  it('leaves no file behind for a record that is done', async () => {
    const { rooms: records } = await temporaryStore();
    const { actor, admit } = start(records, toyRecord(), toy);
    admit(count('$1'));
    await until(async () => (await records.keys()).length === 1);
    admit(input({ type: 'end' }));
    await until(() => actor.getSnapshot().status === 'done');
    expect(await records.keys()).toEqual([]);
  });
});
