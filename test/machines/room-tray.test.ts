import { describe, expect, it } from 'vitest';
import type { ReceivedFile } from '../../machines/files.ts';
import { fileIn, withItsWords } from '../../machines/room-tray.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { ann, bystander, id, picture, text } from './room/story.ts';

const plain = picture('a');
const file = plain.file!;

function changed(changes: Partial<ReceivedFile>): RoomEvent & { type: 'file.received' } {
  return { ...plain, file: { ...file, ...changes } };
}

describe('a file and its words', () => {
  it('without words is what it is', () => {
    expect(withItsWords(plain, 'stage')).toEqual([plain]);
  });

  it.each(['stage', 'immediate'] as const)('goes with what is said of it (%s)', (mode) => {
    const said = changed({ caption: 'what is this?' });
    expect(withItsWords(said, mode)).toEqual([
      said,
      { type: 'text.received', text: { eventId: id('a'), sender: ann, replyTo: null, body: 'what is this?' } },
    ]);
  });

  it('goes at once, with words that stand for those of its person, where none are waited for', () => {
    expect(withItsWords(plain, 'immediate')).toEqual([
      plain,
      {
        type: 'text.received',
        text: { eventId: id('a'), sender: ann, replyTo: null, body: '(A file: a.png)', forFiles: true },
      },
    ]);
  });

  it('says to which message it is a reply, and in which thread it stands', () => {
    const place = { thread: id('root'), replyTo: id('before'), quoted: { author: ann, excerpt: 'before' } };
    const said: RoomEvent = { ...changed({ caption: 'and this?' }), ...place };
    expect(withItsWords(said, 'stage')[1]).toEqual({
      type: 'text.received',
      text: { eventId: id('a'), sender: ann, ...place, body: 'and this?' },
    });
  });

  it.each(['stage', 'immediate'] as const)('that cannot be fetched has nothing that could go (%s)', (mode) => {
    const encrypted = changed({ url: null, caption: 'look' });
    const { file: _, ...unknown } = plain;
    expect([withItsWords(encrypted, mode), withItsWords(unknown, mode)]).toEqual([[encrypted], [unknown]]);
    expect([fileIn(encrypted), fileIn(unknown)]).toEqual([null, null]);
  });

  it('leaves every other event as it is', () => {
    for (const event of [text('1'), bystander()]) expect(withItsWords(event, 'immediate')).toEqual([event]);
  });
});
