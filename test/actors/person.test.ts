import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { personEffects, type Job, type PersonContext } from '../../machines/person.model.ts';
import { RoomId } from '../../machines/ids.ts';
import { newPersonRecord, personDefinition, readPersonRecord } from '../../src/actors/person.ts';
import { personRest } from '../../src/actors/rest.ts';
import { RECORD_VERSION, UnreadableRecord, type Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import type { Input, Result } from '../../src/durable/definition.ts';
import { agent, ann, contextId, DEVICE, eventId, ROOM } from './support.ts';
import { input, reread } from '../support/inputs.ts';

const definition = personDefinition(DEVICE);
const SPACE = RoomId.parse('!space:test');
const CHAT = RoomId.parse('!chat:test');
const job: Job = {
  operation: 'op',
  spaceOperation: 'op.space',
  origin: ROOM,
  answers: eventId('new'),
  name: null,
  agent,
  assignment: 'configured',
  contextId: contextId(7),
  number: null,
  room: null,
  archived: false,
};
const wanted = input({ type: 'chat.wanted', job }, 1, 'wish-1');

/** What the world answers to each effect that makes a chat. */
const answers: Record<string, Result> = {
  'create the Space': { ok: true, room: SPACE },
  'create the chat': { ok: true, room: CHAT, name: 'Chat 1' },
};

function settle({ id, type }: Envelope['outbox'][number], refused: string | null): Input {
  const result: Result =
    type === refused ? { ok: false, code: 'M_FORBIDDEN', detail: 'no' } : (answers[type] ?? { ok: true });
  return { kind: 'settled', effect: id, result, at: 2 };
}

/** Settles the oldest effect, over a record that is read anew each time, until none is left; gives all that was asked for. */
function live(record: Envelope<PersonContext>, first: Input, refused: string | null = null) {
  const asked: [string, unknown][] = [];
  let next: Input | null = first;
  let now = record;
  while (next !== null) {
    const { record: after, effects } = step(definition, readPersonRecord(reread(now)), [next]);
    asked.push(...effects.map(({ type, params }): [string, unknown] => [type, params]));
    now = after;
    const [item] = now.outbox;
    next = item === undefined ? null : settle(item, refused);
  }
  return { record: now, asked };
}

describe('a person', () => {
  it('is at rest with a first record, which is read as it was written', () => {
    const record = newPersonRecord(ann, 'origin');
    expect(readPersonRecord(reread(record))).toEqual(record);
    expect(personRest.mayLeaveMemory(record)).toBe(true);
  });

  it('gets a Space and a chat, step after step over restarts', () => {
    const { record, asked } = live(newPersonRecord(ann, 'origin'), wanted);
    expect(asked.map(([type]) => type)).toEqual([
      'create the chat',
      'create the Space',
      'mark the Space',
      'link the other chats',
      'link the chat',
      'introduce the chat',
      'say',
    ]);
    expect(record.context).toEqual({
      person: ann,
      space: SPACE,
      nextNumber: 2,
      chats: [{ number: 1, room: CHAT, name: 'Chat 1', archived: false }],
      job: null,
      waiting: [],
      failed: null,
      inviting: false,
      saves: [],
      language: null,
      contextId: null,
    } satisfies PersonContext);
    expect(personRest.mayLeaveMemory(record)).toBe(true);
    expect(asked.at(-1)).toEqual([
      'say',
      { room: ROOM, notice: { key: 'chat is ready', chat: 'Chat 1', number: 1, room: CHAT }, answers: '$new' },
    ]);
  });

  it('hears of a refusal; the next try goes on where the first ended, under its name', () => {
    const failed = live(newPersonRecord(ann, 'origin'), wanted, 'link the chat');
    expect(failed.asked.at(-1)).toEqual([
      'say',
      { room: ROOM, notice: { key: 'chat could not be made', code: 'M_FORBIDDEN' }, answers: '$new' },
    ]);
    const { job: now, failed: left } = failed.record.context;
    expect([now, left?.operation, left?.number, left?.room]).toEqual([null, 'op', 1, CHAT]);
    const again = live(failed.record, input({ type: 'chat.wanted', job: { ...job, operation: 'op-2' } }, 3, 'wish-2'));
    expect(again.asked.map(([type]) => type)).toEqual(['link the chat', 'introduce the chat', 'say']);
    expect(again.asked[0]).toEqual([
      'link the chat',
      { operation: 'op', space: SPACE, room: CHAT, number: 1, archived: false },
    ]);
  });

  it('is invited again once, until the invitations are there or refused', () => {
    const come = (id: string) => input({ type: 'access.wanted', job }, 3, id);
    const chats = [{ number: 1, room: CHAT, name: 'Chat 1', archived: false }];
    const inviting = step(definition, newPersonRecord(ann, 'origin', { space: SPACE, nextNumber: 2, chats }), [
      ...['1', '2', '3'].map(come),
    ]).record;
    const invites = inviting.outbox.filter(({ type }) => type === 'restore access');
    expect(inviting.outbox.map(({ type }) => type)).toEqual(['restore access', 'say', 'say']);
    const there = step(definition, inviting, [settle(invites[0]!, 'restore access')]).record;
    expect(step(definition, there, [come('4')]).effects.map(({ type }) => type)).toEqual(['restore access']);
  });

  it('is not at rest while a chat is being made', () => {
    expect(personRest.mayLeaveMemory(step(definition, newPersonRecord(ann, 'origin'), [wanted]).record)).toBe(false);
  });

  it('asks for nothing that could be lost', () => {
    expect(new Set(Object.values(personEffects))).toEqual(new Set(['repeatable']));
  });
});

describe('golden records', () => {
  const golden = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden', `${name}.json`), 'utf8'));

  it.each([
    ['v1-person-ready', false],
    ['v1-person-language', false],
    ['v1-person-mid-job', false],
    ['v1-person-with-saves', true],
    ['v2-person-context', false],
  ])('%s is read as it was written; at rest: %s', (name, atRest) => {
    const record = readPersonRecord(golden(name));
    const { context, ...envelope } = golden(name) as Omit<Envelope, 'behind' | 'behindCount'>;
    expect(record).toEqual({
      behind: null,
      behindCount: 0,
      ...envelope,
      version: RECORD_VERSION,
      context: { inviting: false, saves: [], language: null, contextId: null, ...(context as Partial<PersonContext>) },
    });
    const heard = [{ event: { type: 'resumed' }, from: null }];
    expect(step(definition, record, [input({ type: 'resumed' })])).toEqual({
      record,
      effects: [],
      untaken: [],
      heard,
      light: false,
    });
    expect(personRest.mayLeaveMemory(record)).toBe(atRest);
  });

  it('ready makes the next chat in the Space it has, under the next number', () => {
    const { record } = live(readPersonRecord(golden('v1-person-ready')), wanted);
    const { space, nextNumber, job: now, chats } = record.context;
    expect({ space, nextNumber, now }).toEqual({ space: SPACE, nextNumber: 5, now: null });
    expect(chats.map(({ number }) => number)).toEqual([1, 3, 4]);
  });

  it('mid-job goes on with the step it was at, then makes the chat that waited', () => {
    const [item] = readPersonRecord(golden('v1-person-mid-job')).outbox;
    if (item === undefined) throw new Error('the record has nothing to do');
    const { record, asked } = live(readPersonRecord(golden('v1-person-mid-job')), settle(item, null));
    expect(asked.map(([type]) => type)).toEqual([
      ...['introduce the chat', 'say'],
      ...['create the chat', 'link the chat', 'introduce the chat', 'say'],
    ]);
    expect(record.context.chats.map(({ number, name }) => [number, name])).toEqual([
      [1, 'Chat 1'],
      [2, 'Chat 1'],
    ]);
    expect(personRest.mayLeaveMemory(record)).toBe(true);
  });
});

describe('a word that cannot be handled', () => {
  it('is apologised for where it was said', () => {
    const sorry = { type: 'say', params: { room: ROOM, notice: { key: 'room is troubled' }, answers: '$new' } };
    expect(definition.apology({ type: 'chat.wanted', job })).toEqual(sorry);
    expect(definition.apology({ type: 'chats.asked', origin: ROOM, answers: eventId('new'), all: false })).toEqual(
      sorry,
    );
    expect(definition.apology({ type: 'space.gone', room: RoomId.parse('!space:test') })).toBeNull();
  });
});

describe('what is no record of a person', () => {
  const good = newPersonRecord(ann, 'origin');
  it.each<[string, unknown]>([
    ['a record of a room', { ...good, machine: 'room' }],
    ['a person who is none', { ...good, context: { ...(good.context as PersonContext), person: 'ann' } }],
    ['a missing context', { ...good, context: undefined }],
  ])('%s is refused', (_, stored) => {
    expect(() => readPersonRecord(stored)).toThrow(UnreadableRecord);
  });

  it.each<[string, string, unknown, RegExp]>([
    ['an effect of rooms', 'deliver the answer', {}, /item 1 wants 'deliver the answer', which no outbox keeps/],
    ['a chat without a number', 'create the chat', { operation: 'op', person: ann, space: SPACE }, /number/],
    ['a word without an event', 'tell the room', { room: ROOM, event: 'hello' }, /wants 'tell the room'.*event/s],
  ])('what stands in the outbox is refused: %s', (_, type, params, reason) => {
    const item = { id: '1', type, params, since: 1, device: 'DEVICE', cursor: 0 };
    expect(() => readPersonRecord({ ...good, outbox: [item] })).toThrow(reason);
    expect(() => readPersonRecord({ ...good, outbox: [item] })).toThrow(UnreadableRecord);
  });

  it('a state that the chart does not have is refused', () => {
    expect(() => readPersonRecord({ ...good, value: 'dreaming' })).toThrow(UnreadableRecord);
  });
});
