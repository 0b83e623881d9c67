import { describe, expect, test } from 'vitest';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { createFates, fateOf } from '../../src/actors/fates.ts';
import { nameOfParked, type Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';
import { input } from '../support/inputs.ts';
import {
  ann,
  bob,
  briefed,
  definition,
  done,
  eventId,
  freshRecord,
  ROOM,
  textInput,
  textOf,
  toStreaming,
  turnId,
} from './support.ts';

/** A room that hears this, with what is remembered of it. */
function room(...inputs: readonly (Input | RoomEvent)[]) {
  const fates = createFates();
  let record: Envelope<RoomContext> = freshRecord();
  for (const one of inputs) {
    const heard = 'kind' in one ? one : input(one, 0);
    const { record: next, heard: events, effects, untaken } = step(definition, record, [briefed(heard)]);
    const change = { before: record, record: next, inputs: [heard], heard: events, effects, untaken };
    fates.committed(ROOM, change);
    record = next;
  }
  return {
    fates,
    fate: (name: string | number) => {
      const event = eventId(name);
      return fateOf({ record, event, noted: fates.noted(event), now: 1_000 });
    },
    /** What a next process knows. */
    later: (name: string | number) => fateOf({ record, event: eventId(name), noted: undefined, now: 1_000 }),
  };
}

const delivered: RoomEvent = {
  ...{ type: 'answer.delivered', turn: turnId(1), piece: 0, of: eventId(1), messages: [eventId('answer')] },
};
const failed: RoomEvent = {
  ...{ type: 'turn.ended', turn: turnId(1), outcome: 'failed', answer: null, trouble: 'agent-error', tokens: 0 },
};

describe('a message', () => {
  test('that is asked is being asked, what comes behind it waits', () => {
    const { fate, later } = room(textInput(1), ...toStreaming(1), textInput(2));
    const asked = { is: 'being asked', stage: { is: 'asked', silent: 1_000 }, tries: 0, forMs: 1_000 };
    expect([fate(1), later(1)]).toEqual([asked, asked]);
    expect([fate(2), later(2)]).toEqual([
      { is: 'in line', place: 1 },
      { is: 'in line', place: 1 },
    ]);
  });

  test('that was answered says by which message, also after a restart', () => {
    const { fate, later } = room(textInput(1), ...toStreaming(1), done(1), delivered);
    const answered = { is: 'answered', by: [eventId('answer')] };
    expect([fate(1), later(1)]).toEqual([answered, answered]);
  });

  test('whose turn failed says why', () => {
    const { fate, later, fates } = room(textInput(1), ...toStreaming(1), failed);
    const over = { is: 'over', how: 'failed', trouble: 'agent-error', by: [] };
    expect([fate(1), later(1)]).toEqual([over, over]);
    fates.over(ROOM, [eventId(1)], 'interrupted', 'connection-lost');
    expect(fate(1)).toEqual({ ...over, how: 'interrupted', trouble: 'connection-lost' });
  });

  test('that was removed or dropped from the line is not asked', () => {
    const { fate, later } = room(textInput(1), ...toStreaming(1), textInput(2), {
      ...{ type: 'command.stop', all: true, eventId: eventId('stop'), sender: ann },
    });
    expect([fate(2), later(2)]).toEqual([{ is: 'not kept' }, { is: 'forgotten' }]);
    expect(fate('stop')).toEqual({ is: 'being sent', forMs: 1_000 });
  });

  test('of somebody else is overheard; a command is done', () => {
    const { fate } = room(textInput('theirs', bob), { type: 'command.help', eventId: eventId('help'), sender: ann });
    expect(fate('theirs')).toEqual({ is: 'being sent', forMs: 1_000 });
    const { fate: again } = room(textInput('first', bob), textInput('theirs', bob));
    expect(again('theirs')).toEqual({ is: 'overheard', as: 'others' });
    expect(fate('help')).toEqual({ is: 'being sent', forMs: 1_000 });
  });

  test('on which the chart failed is parked, by a name', () => {
    const event = { type: 'text.received', text: textOf(1) };
    const parked = { at: 400, error: 'broken', event };
    const record = { ...freshRecord(), parked: [parked] };
    expect(fateOf({ record, event: eventId(1), noted: undefined, now: 1_000 })).toEqual({
      ...{ is: 'parked', id: nameOfParked(parked), error: 'broken', agoMs: 600 },
    });
  });

  test('that nobody knows is nothing', () => {
    expect(room().fate('none')).toBeNull();
  });
});

test('what was left out is remembered with its reason', () => {
  const fates = createFates();
  fates.dropped(eventId(1), 'own');
  fates.ofNoPerson(eventId(2), ROOM);
  fates.handed(eventId(3), ROOM);
  expect([1, 2, 3, 4].map((name) => fates.noted(eventId(name)))).toEqual([
    ...[{ room: null, dropped: 'own' }, { room: ROOM, ofNoPerson: true }, { room: ROOM }, undefined],
  ]);
});

test('of more messages than are remembered the oldest is forgotten', () => {
  const fates = createFates();
  for (let index = 0; index <= 5_000; index++) fates.handed(eventId(index), ROOM);
  expect([fates.noted(eventId(0)), fates.noted(eventId(1)), fates.noted(eventId(5_000))]).toEqual([
    ...[undefined, { room: ROOM }, { room: ROOM }],
  ]);
});
