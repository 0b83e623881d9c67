import { expect, test } from 'vitest';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { claimantOf, insteadOf } from '../../src/actors/room.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import { input } from '../support/inputs.ts';
import { after, bob, definition, eventId, freshRecord, ROOM, textInput, toStreaming } from './support.ts';

const asked: RoomEvent = {
  ...{ type: 'operator.asked', words: 'why', eventId: eventId('ops'), sender: bob },
  ...{ thread: eventId('root'), replyTo: eventId('message') },
};
const answer = {
  type: 'answer the operator',
  params: {
    ...{ answers: eventId('ops'), sender: bob, words: 'why', replyTo: eventId('message') },
    relation: { thread: eventId('root') },
  },
};

test.each<[string, Envelope<RoomContext>]>([
  ['a chat', freshRecord()],
  ['a chat in which a turn runs', after(freshRecord(), textInput(1), ...toStreaming(1))],
  ['an archived chat', freshRecord(ROOM, { archived: true, number: 1 })],
  ['a room with others in it', freshRecord(ROOM, { company: true })],
  ['a room of nobody', freshRecord(ROOM, { person: null })],
  ['an entry room', freshRecord(ROOM, { role: 'entry' })],
  ['a room of somebody who is refused', freshRecord(ROOM, { role: 'refused' })],
])('an operator is answered in %s, and nothing else of it changes', (_, record) => {
  const { record: next, effects } = step(definition, record, [input(asked, 5, '$ops')]);
  expect(effects.map(({ type, params }) => ({ type, params }))).toEqual([answer]);
  const { outbox, sequence, seen, ...rest } = next;
  expect([outbox.length - record.outbox.length, sequence - record.sequence, seen.length]).toEqual([
    ...[1, 1, record.seen.length + 10],
  ]);
  expect({ ...rest, outbox: record.outbox, sequence: record.sequence, seen: record.seen }).toEqual(record);
});

test('a question of an operator makes nobody the person of a room, and is told as lost where it is', () => {
  expect(claimantOf(input(asked, 5, '$ops'))).toBeNull();
  expect(insteadOf(input(asked, 5, '$ops'))).toEqual({
    ...{ kind: 'event', id: 'lost:$ops', at: 5, from: 'supervisor' },
    event: { type: 'memory.lost', eventId: eventId('ops') },
  });
});
