/** What is under way with a room or person, and what each of the five questions says of it. */
import { describe, expect, it } from 'vitest';
import type { Job } from '../../machines/person.model.ts';
import { newTurn } from '../../machines/room.model.ts';
import { newPersonRecord } from '../../src/actors/person.ts';
import { personRest, roomRest } from '../../src/actors/rest.ts';
import type { Envelope, OutboxItem } from '../../src/durable/record.ts';
import { agent, ann, contextId, freshRecord, ROOM, textOf, turnId } from './support.ts';

const timer = { id: 'long', at: 3_600_000, event: 'long' };
const item: OutboxItem = { id: '1', type: 'say', params: {}, since: 0, device: 'DEVICE', cursor: 0 };

const freshRoom = freshRecord();
const turn = newTurn({ id: turnId(1), text: textOf(1), contextId: contextId(1) });
const rooms = {
  nothing: freshRoom,
  'a timer only': { ...freshRoom, timers: [timer] },
  'an effect in its outbox': { ...freshRoom, outbox: [item] },
  'a turn': { ...freshRoom, context: { ...freshRoom.context, turn } },
};

const freshPerson = newPersonRecord(ann, 'origin');
const job: Job = {
  ...{ operation: 'op', spaceOperation: 'op-space', origin: ROOM, answers: null, name: null, archived: false },
  ...{ agent, assignment: 'configured', contextId: contextId(1), number: 1, room: null },
};
const people = {
  nothing: freshPerson,
  'a timer only': { ...freshPerson, timers: [timer] },
  'an effect in its outbox': { ...freshPerson, outbox: [item] },
  'a job': { ...freshPerson, context: { ...freshPerson.context, job } },
};

const busy = { mayLeaveMemory: false, mustBeWoken: true, hearsResumed: true, holdsAStop: true };
const idle = { mayLeaveMemory: true, mustBeWoken: false, hearsResumed: false, holdsAStop: false };

/** What each question is answered with for this record. */
function answersOf<Context>(rest: Record<string, (record: Envelope<Context>) => boolean>, record: Envelope<Context>) {
  return Object.fromEntries(Object.entries(rest).map(([question, answer]) => [question, answer(record)]));
}

describe('what is asked of a room with', () => {
  it.each([
    ['nothing', { ...idle, mayBeToldItLeft: true }],
    ['a timer only', { ...busy, holdsAStop: false, mayBeToldItLeft: false }],
    ['an effect in its outbox', { ...busy, mayBeToldItLeft: false }],
    ['a turn', { ...busy, mayBeToldItLeft: false }],
  ] as const)('%s', (name, expected) => {
    expect(answersOf(roomRest, rooms[name])).toEqual(expected);
  });
});

describe('what is asked of a person with', () => {
  it.each([
    ['nothing', idle],
    ['a timer only', idle],
    ['an effect in its outbox', busy],
    ['a job', busy],
  ] as const)('%s', (name, expected) => {
    expect(answersOf({ ...personRest }, people[name])).toEqual(expected);
  });
});
