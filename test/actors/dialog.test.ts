/** A question of our own: while one is open, `!yes` and `!no` of the room's person are the answer to it. */
import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { Dialog } from '../../machines/room.model.ts';
import { readRoomRecord } from '../../src/actors/room.ts';
import { step } from '../../src/durable/step.ts';
import { ann, bob, contextOf, definition, eventId, freshRecord, ROOM, textInput } from './support.ts';
import { input } from '../support/inputs.ts';

const dialog: Dialog = { about: 'an overwrite', name: 'notes' };
const open = freshRecord(ROOM, { dialog });
const closed = freshRecord(ROOM);
const said = (type: 'command.yes' | 'command.no' | 'command.stop', sender = ann): RoomEvent => ({
  type,
  eventId: eventId('word'),
  sender,
});
const heard = (record: typeof open, event: RoomEvent) => definition.classify(record.context, event, undefined);
const word = { eventId: eventId('word'), sender: ann };

describe('while a question of ours is open', () => {
  it('yes accepts, and no declines', () => {
    expect(heard(open, said('command.yes'))).toEqual([{ type: 'dialog.accepted', ...word }]);
    expect(heard(open, said('command.no'))).toEqual([{ type: 'dialog.declined', ...word }]);
  });

  it('another command is what it is, and a bystander decides nothing', () => {
    expect(heard(open, said('command.stop'))).toEqual([said('command.stop')]);
    expect(heard(open, said('command.yes', bob))).toEqual([
      { type: 'bystander.spoke', eventId: eventId('word'), sender: bob },
    ]);
  });

  it('the record keeps the question whole, and the steps that have nothing to do with it as well', () => {
    expect(readRoomRecord(JSON.parse(JSON.stringify(open)))).toEqual(open);
    const { record } = step(definition, open, [textInput(1)]);
    expect(contextOf(record).dialog).toEqual(dialog);
  });
});

describe('while none is open', () => {
  it('yes and no are words to the agent', () => {
    expect(heard(closed, said('command.yes'))).toEqual([said('command.yes')]);
    expect(heard(closed, said('command.no'))).toEqual([said('command.no')]);
  });
});

describe('the limits of the house', () => {
  it('stand in no record', () => {
    const { record } = step(definition, closed, [textInput(1), input({ type: 'resumed' })]);
    expect(Object.keys(record.context as object).sort()).toEqual(Object.keys(closed.context as object).sort());
  });
});
