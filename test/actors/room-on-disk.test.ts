/** A room's turn on the real store: what is written, and what the next process finds. */
import { expect, it } from 'vitest';
import type { RoomContext } from '../../machines/room.model.ts';
import type { RoomDefinition } from '../../src/actors/room.ts';
import type { Envelope } from '../../src/durable/record.ts';
import type { Records } from '../../src/durable/world.ts';
import { startAlone } from '../durable/lone-actor.ts';
import { temporaryStore } from '../store/support.ts';
import { input, resultOf } from '../support/inputs.ts';
import { until } from '../support/until.ts';
import {
  conversationOf,
  definition,
  done,
  eventId,
  freshRecord,
  ROOM,
  textInput,
  toStreaming,
  turnId,
} from './support.ts';

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
  const { admit, happened, record } = startAlone(records, freshRecord(), definition, ROOM);
  const shown = input({ type: 'answer.shown', turn: turnId(1), eventId: eventId('preview') });
  const steps = [textInput(1), ...toStreaming(1), shown, input(done(1))];
  for (const [index, one] of steps.entries()) {
    admit(one);
    await until(() => happened.filter((what) => what === 'settled 1').length > index);
  }
  const [delivery] = record().outbox;
  expect([delivery?.type, delivery?.params['preview']]).toEqual(['deliver the answer', '$preview']);
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
    const { admit, happened, record: now } = startAlone(records, record, stored, ROOM);
    admit(one);
    await until(() => happened.includes('settled 1'));
    record = (await records.read(ROOM)) as Envelope<RoomContext>;
    expect(record).toEqual(now());
  }
  expect(conversationOf(record)).toBe('asking.finishing');
  expect(await records.keys()).toEqual([ROOM]);
});
