import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { z } from 'zod';
import { roomMachine } from '../../machines/room.machine.ts';
import { blankRoom, Dialog, newTurn, RoomContext, type Turn } from '../../machines/room.model.ts';
import {
  RECORD_VERSION,
  remember,
  type Seen,
  UnreadableRecord,
  wasSeen,
  type Envelope,
} from '../../src/durable/record.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { readRoomRecord, roomDefinition } from '../../src/actors/room.ts';
import { step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';
import { usualLimits } from '../support/room-limits.ts';
import { ann, briefed, contextOf, conversationOf, eventId, freshRecord, textInput, turnId } from './support.ts';
import { input, resultOf } from '../support/inputs.ts';

const folder = path.join(import.meta.dirname, 'golden');
const shipped = roomDefinition(usualLimits, 'ANOTHER');

function golden(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Record<string, unknown>;
}

/** The record as it was written; what its version knew nothing of is as in a room in which nothing has happened. */
function asWritten(name: string) {
  const record = golden(name) as { context: RoomContext };
  const { room, agent, contextId } = record.context;
  // That the person knows of a busy agent is remembered no more.
  const { toldBusy: _, ...turn } = (record.context.turn ?? {}) as Partial<Turn> & { toldBusy?: boolean };
  const running = record.context.turn && newTurn(turn as Turn);
  const context = { ...blankRoom({ room, agent, contextId }), ...record.context, turn: running };
  // No version asked what one golden record has.
  if (!Dialog.nullable().safeParse(context.dialog).success) context.dialog = null;
  // Until version 2 one was kept, or null.
  const { unanswered, last } = context as unknown as Record<string, unknown>;
  Object.assign(context, { unanswered: asList(unanswered), last: asList(last) });
  return { behind: null, behindCount: 0, ...record, version: RECORD_VERSION, context };
}

function asList(kept: unknown): unknown[] {
  return Array.isArray(kept) ? kept : kept === null ? [] : [kept];
}

/** What a record of a released version becomes: where it goes and what it does for these inputs. */
function goesOn(name: string, ...inputs: Input[]) {
  const { record, effects } = step(shipped, readRoomRecord(golden(name)), inputs.map(briefed));
  const said = effects.map(({ type, params }) => (type === 'say' ? (params['notice'] as { key: string }).key : type));
  return { now: conversationOf(record), effects: said, record, context: contextOf(record) };
}

const resumed = input({ type: 'resumed' });
const settle = (effect: string, accepted = true): Input => ({
  kind: 'settled',
  effect,
  result: resultOf(accepted),
  at: 1,
});

describe('golden records', () => {
  const names = readdirSync(folder)
    .map((file) => path.basename(file, '.json'))
    .filter((name) => !/^v\d-person-/.test(name));

  it('are of every state in which a record can lie (else: add one, of a room that came there)', () => {
    const restingIn = (node: AnyStateNode): string[] => {
      const inner = (Object.values(node.states) as AnyStateNode[]).flatMap(restingIn);
      return node.type === 'atomic' && node.always === undefined ? [node.id] : inner;
    };
    const lyingIn = (name: string) => {
      const { value, context } = readRoomRecord(golden(name));
      const place = roomMachine.resolveState({ value: value as never, context: context as never });
      return place._nodes.map(({ id }) => id);
    };
    const held = new Set(names.flatMap(lyingIn));
    expect(restingIn(roomMachine.root).filter((state) => !held.has(state))).toEqual([]);
  });

  it('remember each thing that a room need not remember (else: add one of a room that does)', () => {
    const facts = Object.entries(RoomContext.shape).filter(([, schema]) => schema instanceof z.ZodDefault);
    const isForgotten = ([key, schema]: (typeof facts)[number]) => {
      const nothing = JSON.stringify(schema.parse(undefined));
      return names.every((name) => JSON.stringify(asWritten(name).context[key as keyof RoomContext]) === nothing);
    };
    expect(facts.filter(isForgotten).map(([key]) => key)).toEqual([]);
    expect(facts.length).toBeGreaterThan(5);
  });

  it('of before there was a region are read, and completed by the next step', () => {
    const { tray, ...older } = (golden('v1-idle')['value'] as { serving: Record<string, string> }).serving;
    const record = readRoomRecord({ ...golden('v1-idle'), value: { serving: older } });
    expect([tray, record.value]).toEqual(['empty', { serving: older }]);
    const { serving } = freshRecord().value as { serving: object };
    const { value } = step(shipped, record, [textInput(9)]).record;
    expect(value).toEqual({ serving: { ...serving, conversation: { asking: 'waiting for a place' } } });
  });

  it.each(names)('%s is read as it was written, and taken by the chart of today', (name) => {
    const record = readRoomRecord(golden(name));
    expect(record).toEqual(asWritten(name));
    expect(step(shipped, record, [])).toEqual({ record, effects: [], heard: [], untaken: [], light: true });
  });

  it.each([
    ['v1-idle', true],
    ['v1-streaming', false],
    ['v1-awaiting-confirmation', false],
    ['v1-parked', false],
    ['v1-invited', false],
    ['v1-leaving', false],
    ['v1-pointing', false],
    ['v1-refusing', true],
  ])('%s is at rest: %s', (name, atRest) => {
    expect(roomRest.mayLeaveMemory(readRoomRecord(golden(name)))).toBe(atRest);
  });

  it('idle stays idle when resumed, knows what it has seen, and takes the next text', () => {
    const record = readRoomRecord(golden('v1-idle'));
    expect(step(shipped, record, [resumed, textInput(1)]).record).toBe(record);
    const { now, effects, context } = goesOn('v1-idle', textInput(9));
    expect({ now, effects }).toEqual({
      now: 'asking.waiting for a place',
      effects: ['show typing', 'ask for a place'],
    });
    expect([context.turn?.id, context.turn?.text.eventId]).toEqual([2, '$9']);
  });

  it('streaming becomes interrupted, says so, and the queue goes on', () => {
    const { now, effects, record, context } = goesOn('v1-streaming', resumed);
    expect(now).toBe('asking.waiting for a place');
    expect(effects).toEqual(['close the connection', 'hide typing', 'interrupted', 'show typing', 'ask for a place']);
    // What waits is told of from this version on.
    expect(record.timers.map(({ id }) => id)).toEqual(['xstate.after.patience.room.serving.line.unspoken']);
    expect(context.turn?.text.eventId).toBe('$3');
    expect(context.waiting.map((text) => text.eventId)).toEqual(['$4']);
    expect(context.unanswered).toEqual([
      { text: { eventId: '$2', sender: ann, body: 'hello', replyTo: null }, why: 'interrupted' },
    ]);
  });

  it('streaming at an agent that runs a repeated message only once asks again', () => {
    const { now, effects, context } = goesOn('v1-streaming-idempotent', resumed);
    expect(now).toBe('asking.waiting for a place');
    expect(effects).toEqual(['close the connection', 'hide typing', 'show typing', 'ask for a place']);
    expect(context.turn?.id).toBe(2);
  });

  it('awaiting confirmation becomes interrupted; the open question can still be answered', () => {
    const interrupted = goesOn('v1-awaiting-confirmation', resumed);
    expect(interrupted.now).toBe('interrupted');
    expect(interrupted.effects).toEqual(['close the connection', 'hide typing', 'interrupted']);
    expect(interrupted.record.timers).toEqual([]);
    const yes = input({ type: 'command.yes', eventId: eventId('yes'), sender: ann });
    expect(goesOn('v1-awaiting-confirmation', resumed, yes).context.turn?.text.body).toBe(
      'Yes, to your question: "May I delete everything?"',
    );
  });

  it('awaiting confirmation answers no by itself when its old timer is due', () => {
    const [timer] = readRoomRecord(golden('v1-awaiting-confirmation')).timers;
    if (timer === undefined) throw new Error('the record has no timer');
    const { now, effects } = goesOn('v1-awaiting-confirmation', { kind: 'timer', timer, at: timer.at });
    expect(now).toBe('asking.working.streaming');
    expect(effects).toEqual(['send the confirmation', 'question expired', 'show typing']);
  });

  it('finishing waits for its delivery, whose parts are remembered, and then goes on with the queue', () => {
    const record = readRoomRecord(golden('v1-finishing'));
    expect(conversationOf(step(shipped, record, [resumed]).record)).toBe('asking.finishing');
    const item = record.outbox.find(({ type }) => type === 'deliver the answer');
    expect([item?.id, item?.cursor, item?.device]).toEqual(['14', 1, 'GOLDEN']);
    const delivered = goesOn('v1-finishing', settle('14'));
    expect(delivered.now).toBe('asking.waiting for a place');
    expect(delivered.context.turn?.text.eventId).toBe('$3');
    expect(delivered.record.outbox.map(({ id }) => id)).toEqual(['12', '13']);
    expect(goesOn('v1-finishing', settle('14', false)).effects).toContain('answer was refused');
  });

  it('backing off asks for a place at once, and its timer goes', () => {
    const { now, effects, record } = goesOn('v1-backing-off', resumed);
    expect(now).toBe('asking.waiting for a place');
    expect(effects.at(-1)).toBe('ask for a place');
    expect(record.timers).toEqual([]);
  });

  it('stopping is stopped', () => {
    const { effects, context } = goesOn('v1-stopping', resumed);
    expect(effects.slice(0, 3)).toEqual(['close the connection', 'hide typing', 'stopped']);
    expect([context.unanswered[0]?.text.eventId, context.unanswered[0]?.why]).toEqual(['$2', 'stopped']);
  });

  it('interrupted can be retried', () => {
    const { now, context } = goesOn(
      'v1-interrupted',
      input({ type: 'command.retry', eventId: eventId('r'), sender: ann }),
    );
    expect(now).toBe('asking.waiting for a place');
    expect(context.turn?.text.eventId).toBe('$2');
  });

  it('a parked event stays parked, and the room goes on', () => {
    const { now, record } = goesOn('v1-parked', settle('8'), textInput(9));
    expect(now).toBe('asking.waiting for a place');
    expect(record.parked).toEqual(golden('v1-parked')['parked']);
    expect(record.outbox).toEqual([]);
  });

  it('invited greets when it is in', () => {
    const { effects, context } = goesOn('v1-invited', settle('1'));
    expect(effects).toEqual(['write the marker', 'greeting']);
    expect([context.person, context.contextId]).toEqual([ann, '8']);
    expect(goesOn('v1-invited', settle('1', false)).record.done).toBe(true);
  });

  it('unclaimed becomes the room of whoever speaks first, and greets nobody', () => {
    const { now, effects, context } = goesOn('v1-unclaimed', resumed, textInput(9));
    expect(now).toBe('asking.waiting for a place');
    expect(effects).toEqual(['write the marker', 'show typing', 'ask for a place']);
    expect([context.person, context.encrypted, context.turn?.text.eventId]).toEqual([ann, true, '$9']);
  });

  it('leaving ends when its person’s list is without it', () => {
    const { outbox } = readRoomRecord(golden('v1-leaving'));
    const told = outbox.find(({ type }) => type === 'tell the person');
    expect(told?.params).toEqual({ person: ann, wish: { type: 'chat.gone' } });
    expect(goesOn('v1-leaving', resumed).record.done).toBe(false);
    const { record, effects } = goesOn('v1-leaving', resumed, settle(told?.id ?? ''));
    expect({ done: record.done, effects }).toEqual({ done: true, effects: [] });
  });

  it('pointing asks for access, and never an agent', () => {
    const { now, effects, record } = goesOn('v1-pointing', resumed, textInput(9));
    expect({ now, effects }).toEqual({ now: 'pointing', effects: ['tell the person'] });
    expect(record.outbox.map(({ type }) => type)).toEqual([
      'write the marker',
      'tell the person',
      'tell the person',
      'tell the person',
    ]);
  });

  it('refusing said so before, and serves once there is an agent', () => {
    expect(goesOn('v1-refusing', resumed, textInput(9)).effects).toEqual([]);
    const assigned = input({ type: 'agent.assigned', role: 'chat', agent: 'agent-1', assignment: 'configured' });
    const { now, effects, context } = goesOn('v1-refusing', assigned);
    expect(now).toBe('idle');
    expect(effects).toEqual(['write the marker', 'greeting']);
    const { role, agent, assignment } = context;
    expect({ role, agent, assignment }).toEqual({ role: 'chat', agent: 'agent-1', assignment: 'configured' });
  });

  it('a numbered chat passes the wishes of its person on, also while it waits for a place', () => {
    const archive = input({ type: 'command.archive', eventId: eventId('a'), sender: ann });
    const { now, effects, record } = goesOn('v1-numbered-chat', resumed, archive);
    expect(now).toBe('asking.waiting for a place');
    expect(effects.at(-1)).toBe('tell the person');
    expect(record.outbox.at(-1)?.params).toEqual({ person: ann, wish: { type: 'archive.wanted', answers: '$a' } });
  });

  it('ignores what an agent says to a turn of the process before', () => {
    const record = readRoomRecord(golden('v1-told'));
    expect(
      step(shipped, record, [input({ type: 'answer.shown', turn: turnId(9), eventId: eventId('late') })]).record,
    ).toBe(record);
  });
});

describe('what is no record of a room', () => {
  const good = golden('v1-streaming');
  const context = good['context'] as Record<string, unknown>;

  it.each<[string, unknown, RegExp]>([
    ['nothing', null, /the record is not an object/],
    ['a list', [good], /the record is not an object/],
    ['a record of a newer version', { ...good, version: 3 }, /^it has version 3, known is 2$/],
    ['a record older than any', { ...good, version: 0 }, /no migration from record version 0/],
    ['a record without a version', { ...good, version: undefined }, /version/],
    ['a record of another machine', { ...good, machine: 'person' }, /belongs to a person/],
    ['timers without a deadline', { ...good, timers: [{ id: 'a', event: 'a' }] }, /timers\[0\]\.at/],
    ['an outbox that is no list', { ...good, outbox: {} }, /outbox/],
    ['an effect without an id', { ...good, outbox: [{ type: 'say' }] }, /outbox\[0\]\.id/],
    ['a missing state', { ...good, value: undefined }, /value/],
    ['a missing context', { ...good, context: undefined }, /object/],
    ['a room that is no room', { ...good, context: { ...context, room: 'room' } }, /room/],
    ['a turn without a text', { ...good, context: { ...context, turn: { id: 1 } } }, /text/],
    ['a fractional sequence', { ...good, sequence: 1.5 }, /sequence/],
  ])('%s is refused', (_, stored, reason) => {
    expect(() => readRoomRecord(stored)).toThrow(reason);
    expect(() => readRoomRecord(stored)).toThrow(UnreadableRecord);
  });

  it('a state that the chart does not have is refused', () => {
    const value = { serving: { conversation: 'dreaming', tray: 'empty', dialog: 'none' } };
    expect(() => readRoomRecord({ ...good, value })).toThrow(UnreadableRecord);
  });

  it('unknown fields of a later hand do no harm', () => {
    expect(readRoomRecord({ ...good, remark: 'looked at' })).toEqual(asWritten('v1-streaming'));
  });
});

describe('what stands in the outbox of a room', () => {
  const record = golden('v1-idle');
  const holding = (type: string, params: unknown) => {
    const item = { id: '8', type, params, since: 1, device: 'DEVICE', cursor: 0 };
    return { ...record, outbox: [item] };
  };
  const notices = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../machines/golden/notices.json'), 'utf8'),
  ) as { key: string }[];

  it.each(notices)('a notice of a released version is read as it was written: $key', (notice) => {
    const stored = holding('say', { notice, answers: '$1' });
    expect(readRoomRecord(stored).outbox).toEqual(stored.outbox);
  });

  it('keeps what this version does not know of', () => {
    const params = { notice: { key: 'stopped', since: 5 }, answers: null, urgent: true };
    expect(readRoomRecord(holding('say', params)).outbox[0]?.params).toEqual(params);
  });

  it.each<[string, string, unknown, RegExp]>([
    ['an effect that nobody knows', 'sing', {}, /item 8 wants 'sing', which no outbox keeps/],
    ['an effect that is never kept', 'show typing', {}, /wants 'show typing', which no outbox keeps/],
    ['a name that every object has', 'constructor', {}, /wants 'constructor', which no outbox keeps/],
    ['a notice that nobody knows', 'say', { notice: { key: 'la' }, answers: null }, /wants 'say'.*notice\.key/s],
    ['a notice without a value', 'say', { notice: { key: 'text waits' }, answers: null }, /notice\.position/],
    ['no word on what it answers', 'say', { notice: { key: 'stopped' } }, /answers/],
    ['an answer of no turn', 'deliver the answer', { answer: { markdown: 'a' } }, /wants 'deliver.*turn/s],
    ['a marker of nobody', 'write the marker', { marker: {} }, /marker\.version/],
    ['a wish that nobody has', 'tell the person', { person: '@a:b', wish: { type: 'tea' } }, /wish\.type/],
  ])('is refused: %s', (_, type, params, reason) => {
    expect(() => readRoomRecord(holding(type, params))).toThrow(reason);
    expect(() => readRoomRecord(holding(type, params))).toThrow(UnreadableRecord);
  });
});

describe('ids that were seen', () => {
  const nothing: Seen = { seen: '', behind: null, behindCount: 0 };
  const named = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `$${from + index}`);
  const knows = ({ seen }: Seen, ids: readonly string[]) => ids.every((id) => wasSeen(seen, id));

  it('all stay while their position does not move, however many batches they come in', () => {
    const first = remember(nothing, named(0, 150), 's1');
    const second = remember(first, named(150, 300), 's1');
    const word = remember(second, ['told by its person'], null);
    const third = remember(word, named(300, 310), 's1');
    expect(knows(third, named(0, 310))).toBe(true);
    const next = remember(third, ['$next'], 's2');
    expect([knows(next, named(112, 310)), knows(next, named(111, 112))]).toEqual([true, false]);
    expect(remember(next, ['$other'], 's2').behindCount).toBe(2);
  });

  it('that come behind no position do not grow without an end', () => {
    const many = named(0, 1_000).reduce<Seen>((seen, id) => remember(seen, [id], null), nothing);
    expect(many.seen).toHaveLength(2_000);
  });

  it('are found at their places only', () => {
    const { seen } = remember(nothing, ['$a', '$b'], null);
    expect(seen).toHaveLength(20);
    expect([wasSeen(seen, '$a'), wasSeen(seen, '$b'), wasSeen(seen, '$c')]).toEqual([true, true, false]);
    expect(wasSeen(seen.slice(1) + 'x', '$a')).toBe(false);
    expect(wasSeen('', '$a')).toBe(false);
  });

  it('keep the newest', () => {
    const ids = Array.from({ length: 250 }, (_, index) => `$${index}`);
    const one = ids.reduce<Seen>((seen, id) => remember(seen, [id], null), nothing);
    expect(ids.map((id) => wasSeen(one.seen, id))).toEqual(ids.map((_, index) => index >= 50));
    expect(ids.every((id) => wasSeen(remember(one, ids, null).seen, id))).toBe(true);
  });
});

it.each([1000, 1001, 3000])('a record of a room that is full of words stays readable: %i', (length) => {
  const record: Envelope = readRoomRecord(golden('v1-streaming'));
  const waiting = Array.from({ length }, (_, index) => ({
    ...contextOf(record).waiting[0],
    eventId: `$w${index}`,
  }));
  const full = { ...record, context: { ...contextOf(record), waiting } };
  expect(readRoomRecord(JSON.parse(JSON.stringify(full)))).toEqual(full);
});
