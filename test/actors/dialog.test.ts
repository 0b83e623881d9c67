/** A question of our own: while one is open, `!yes` and `!no` of the room's person are the answer to it. */
import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { Dialog, Text } from '../../machines/room.model.ts';
import { step } from '../../src/durable/step.ts';
import { commandEvent } from '../../machines/commands.ts';
import { readRoomRecord, roomDefinition } from '../../src/actors/room.ts';
import {
  ann,
  bob,
  contextId,
  contextOf,
  definition,
  DEVICE,
  eventId,
  freshRecord,
  limits,
  ROOM,
  textInput,
} from './support.ts';
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

describe('a text while a save is to be chosen', () => {
  const choosing = freshRecord(ROOM, {
    dialog: { about: 'a save to load', saves: [{ name: 'notes', at: 0 }], shown: eventId('ours') },
  });
  const written = (body: string, more: Partial<Text> = {}, sender = ann): RoomEvent => ({
    type: 'text.received',
    text: { eventId: eventId('word'), sender, body, replyTo: null, ...more },
  });

  it('of ASCII digits chooses, also in a thread or as a reply to the list; 0 chooses none', () => {
    expect(heard(choosing, written(' 12 '))).toEqual([{ type: 'choice.made', ...word, number: 12 }]);
    expect(heard(choosing, written('1', { replyTo: eventId('ours') }))).toEqual([
      { type: 'choice.made', ...word, number: 1 },
    ]);
    expect(heard(choosing, written('1', { thread: eventId('root') }))).toEqual([
      { type: 'choice.made', ...word, thread: eventId('root'), number: 1 },
    ]);
    expect(heard(choosing, written('0'))).toEqual([{ type: 'dialog.declined', ...word }]);
    expect(heard(choosing, { type: 'command.cancel', ...word })).toEqual([{ type: 'dialog.declined', ...word }]);
  });

  it.each(['²', '١', '１', '1.5', '-1', '1 or 2', '1234567', 'one', 'yes', ''])(
    'of %j is for the agent: other texts pass on',
    (body) => {
      expect(heard(choosing, written(body))).toEqual([written(body)]);
    },
  );

  it('that answers something else, or is a bystander’s, chooses nothing', () => {
    const reply = written('1', { replyTo: eventId('other') });
    expect(heard(choosing, reply)).toEqual([reply]);
    expect(heard(choosing, written('1', {}, bob))).toEqual([
      { type: 'bystander.spoke', eventId: eventId('word'), sender: bob },
    ]);
    expect(heard(closed, written('1'))).toEqual([written('1')]);
  });
});

describe('a clear that is to be confirmed', () => {
  const asks = freshRecord(ROOM, { dialog: { about: 'a clear', contextId: contextId(8), shown: eventId('ours') } });
  const cleared = { type: 'command.clear', ...word, contextId: '8' };
  const reacted = (of: string, key: string, sender = ann): RoomEvent => ({
    ...{ type: 'message.reacted', of: eventId(of), key, eventId: eventId('word'), sender },
  });

  it('is done by !yes, a plain word or a reaction to the question', () => {
    const text = { eventId: eventId('word'), sender: ann, body: 'Yes!', replyTo: null };
    expect(heard(asks, said('command.yes'))).toEqual([cleared]);
    expect(heard(asks, { type: 'text.received', text })).toEqual([cleared]);
    expect(heard(asks, reacted('ours', '👍'))).toEqual([cleared]);
    expect(heard(asks, reacted('ours', '❌'))).toEqual([{ type: 'dialog.declined', ...word }]);
    expect(heard(asks, reacted('other', '👍'))).toEqual([reacted('other', '👍')]);
    expect(heard(asks, reacted('ours', '👍', bob))).toEqual([reacted('ours', '👍', bob)]);
  });

  it('a reaction to another question of ours is known to be one, and to which', () => {
    const asked = freshRecord(ROOM, { dialog: { ...dialog, shown: eventId('ours') } });
    const accepted = { type: 'dialog.accepted', ...word, reaction: true, replyTo: eventId('ours') };
    expect(heard(asked, reacted('ours', '👍'))).toEqual([accepted]);
    expect(heard(asked, reacted('ours', '👎'))).toEqual([{ type: 'dialog.declined', ...word }]);
  });

  it('goes before the question of the agent', () => {
    const both = freshRecord(ROOM, { ...asks.context, question: { id: 'q', text: 'Shall I?', expiresInMs: null } });
    expect(heard(both, said('command.no'))).toEqual([{ type: 'dialog.declined', ...word }]);
  });

  it('is what !clear becomes where a word is wanted first; what stands behind it is told', () => {
    const careful = roomDefinition({ ...limits, confirmClear: true }, DEVICE);
    const clear = commandEvent('clear', 'and begin with this', word, { contextId: contextId(8) });
    expect(careful.classify(closed.context, clear, undefined)).toEqual([
      { type: 'clear.wanted', ...word, contextId: '8' },
      { type: 'words.left', ...word, command: 'clear', words: 'and begin with this', done: true },
    ]);
    expect(careful.classify(asks.context, said('command.yes'), undefined)).toEqual([cleared]);
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
