import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { each, everywhere, idle, streaming } from './scenes.ts';
import { ann, assigned, clear, command, id, placeWanted, say, text, typing, words } from './story.ts';

const HOUR = 3_600_000;
const missed = (name: string): RoomEvent => ({
  ...{ type: 'words.missed', text: words(name), eventId: id(name), sender: ann },
});
const wordMissed: RoomEvent = { type: 'words.missed', eventId: id('yes'), sender: ann };
const over: RoomEvent = { type: 'absence.over', awayMs: 3 * HOUR };
const told = (messages: number, about: string | null) => [
  'say',
  {
    notice: { key: 'you were missed', awayMs: 3 * HOUR, messages, again: about !== null },
    answers: null,
    mentions: ann,
    ...(about !== null && { about: id(about) }),
  },
];

describe('what was written while the service was away', () => {
  it.each(each(everywhere))('is kept for !retry, and told of once: %s', (at, scene) => {
    const heard = scene.after(missed('a'), missed('b'));
    expect([heard.at, heard.context.waiting, heard.context.missed]).toEqual([at, [], 2]);
    expect(heard.context.unanswered).toEqual([
      ...scene.context.unanswered,
      ...['a', 'b'].map((name) => ({ text: words(name), why: 'missed' })),
    ]);
    expect(heard.on(over)).toEqual({ at, does: [told(2, 'b')], changes: { missed: 0 } });
    expect(heard.after(over).on(over)).toEqual({ at, does: [], changes: {} });
  });

  it('is asked by !retry, the newest first', () => {
    const heard = idle.after(missed('a'), missed('b'), over);
    expect(heard.on(command('retry')).does).toEqual([
      say({ key: 'asked again', others: 1, later: false }, 'retry'),
      ...[typing, placeWanted()],
    ]);
    expect(heard.after(command('retry')).context.turn?.text).toEqual(words('b'));
  });

  it('is asked by a reply to the word that tells of it', () => {
    const heard = idle.after(missed('a'), over, { type: 'word.shown', of: id('a'), eventId: id('told') });
    const retry: RoomEvent = { type: 'command.retry', eventId: id('retry'), sender: ann, replyTo: id('told') };
    expect(heard.after(text('new'), retry).context.waiting).toEqual([words('a')]);
  });

  it('is counted also where it was a word for the agent, which nobody can ask again', () => {
    expect(idle.after(wordMissed).on(over).does).toEqual([told(1, null)]);
    expect(streaming.after(missed('a'), wordMissed).on(over).does).toEqual([told(2, 'a')]);
  });

  it('is nothing to speak of where it was nothing', () => {
    expect(idle.on(over)).toEqual({ at: 'idle', does: [], changes: {} });
  });

  it('is told of behind a !clear of that time as well', () => {
    const heard = idle.after(missed('a'), clear);
    expect(heard.on(over).does).toEqual([told(1, null)]);
  });

  it.each<[string, RoomEvent]>([
    ['taken out of the room', { type: 'text.withdrawn', of: id('a') }],
    ['of somebody whom no agent serves any more', assigned('refused')],
  ])('is not kept when it is %s', (_, event) => {
    expect(idle.after(missed('a'), event).context.unanswered).toEqual([]);
  });
});
