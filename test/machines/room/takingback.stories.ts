import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { asking, askingAble, each, questionLeft } from './scenes.ts';
import {
  ann,
  clear,
  closed,
  command,
  delivered,
  ended,
  granted,
  hidden,
  id,
  opened,
  placeWanted,
  playWith,
  invited,
  joined,
  question,
  ready,
  asked,
  resumed,
  text,
  typing,
  words,
} from './story.ts';

const yes: RoomEvent = { type: 'command.yes', eventId: id('👍'), sender: ann, reaction: true };
const takenBack = (of = '👍'): RoomEvent => ({ type: 'text.withdrawn', of: id(of) });
const tells = (open: boolean) => ['say', { notice: { key: 'word is taken back', open }, answers: null }];
const tooLate = ['say', { notice: { key: 'word was passed on' }, answers: null }];

/** The question is over, and the word on it waits for the next turn. */
const held = asking.after(yes);

describe('a word on a question that is taken back', () => {
  it('while it waits is out of the line, and the question is open again', () => {
    expect(held.on(takenBack())).toEqual({
      at: 'asking / working / streaming',
      does: [tells(true)],
      changes: { waiting: [], question },
    });
    expect(held.after(takenBack(), yes).context.waiting).toEqual(held.context.waiting);
  });

  it('waits as well behind the turn of another text', () => {
    const behind = asking.after(text('2'), yes, ended('done', null));
    expect(behind.context.waiting.map(({ eventId }) => eventId)).toEqual([id('👍')]);
    expect(behind.on(takenBack())).toEqual({
      at: 'asking / waiting for a place',
      does: [tells(true)],
      changes: { waiting: [], question },
    });
  });

  it('on a question that !clear has ended opens nothing', () => {
    const cleared = held.after(clear, ended('stopped', null));
    expect(cleared.context.turn?.text.eventId).toBe(id('👍'));
    expect([cleared.on(takenBack()).at, cleared.on(takenBack()).does]).toEqual(['idle', [closed(2), hidden]]);
    expect(cleared.after(takenBack()).context.question).toBeNull();
  });

  it('may be a message as well', () => {
    expect(asking.after(command('no')).on(takenBack('no'))).toEqual({
      at: 'asking / working / streaming',
      does: [tells(true)],
      changes: { waiting: [], question },
    });
  });

  it('leaves the newer of two questions open', () => {
    const other = { id: 'q2', text: 'Really?', expiresInMs: null };
    const newer = held.after(asked(other));
    expect(newer.on(takenBack()).does).toEqual([tells(false)]);
    expect(newer.after(takenBack()).context.question).toEqual(other);
  });

  it('before the agent has its turn ends that', () => {
    const begun = questionLeft.after(yes);
    for (const scene of [begun, begun.after(granted(2)), begun.after(granted(2), opened(2))]) {
      expect(scene.on(takenBack())).toEqual({
        at: 'idle',
        does: [closed(2), hidden, tells(true)],
        changes: { turn: null, question },
      });
    }
    expect(begun.after(text('3')).on(takenBack()).does).toEqual([
      closed(2),
      hidden,
      tells(true),
      typing,
      placeWanted(3),
    ]);
  });

  const sent = questionLeft.after(yes, granted(2), opened(2), ready({}, 2));
  const late = {
    'asking / working / streaming': sent,
    'asking / awaiting confirmation': sent.after(asked({ ...question, id: 'q2' }, 2)),
    'asking / stopping': sent.after(command('stop')),
    'asking / finishing': sent.after(ended('done', 'answer', null, 2)),
    idle: sent.after(ended('done', 'answer', null, 2), delivered(2, 0, 'question')),
  };

  it.each(each(late))('comes too late once the agent has it, and is told so once: %s', (at, scene) => {
    expect([scene.on(takenBack()).at, scene.on(takenBack()).does]).toEqual([at, [tooLate]]);
    expect(scene.after(takenBack()).context.passedOn).toEqual([]);
    expect(scene.after(takenBack()).context.turn).toEqual(scene.context.turn);
  });

  it('comes too late where the agent was told at once', () => {
    expect(askingAble.after(yes).context.passedOn).toEqual([id('👍')]);
    expect(askingAble.after(yes).on(takenBack())).toEqual({
      at: 'asking / working / streaming',
      does: [tooLate],
      changes: { passedOn: [] },
    });
  });

  it('by a message whose turn runs stops that, as any message that is removed', () => {
    const written = questionLeft.after(command('yes'), granted(2), opened(2), ready({}, 2));
    expect(written.on(takenBack('yes')).does).toEqual([['stop the agent', { turn: 2, trouble: null }]]);
  });

  it('is taken back after a restart too', () => {
    const after = held.after(resumed);
    expect(after.context.turn?.text.eventId).toBe(id('👍'));
    expect(after.after(takenBack()).context.question).toEqual(question);
  });

  it('is asked by itself also where texts are asked together', () => {
    const together = playWith({ queued: 'together' }, invited(), joined, text('1'), granted(), opened(), ready());
    const line = together.after(asked(), yes, text('2'), text('3'), ended('done', null));
    expect([line.context.turn?.text.eventId, line.context.turn?.text.gathered]).toEqual([id('👍'), undefined]);
    expect(line.context.waiting.map(({ eventId }) => eventId)).toEqual([id('2'), id('3')]);
  });
});

it('what is done with the agent’s memory is never asked together with texts', () => {
  const save = { ...words('save'), task: { kind: 'save' as const, name: 'a' } };
  const line = playWith({ queued: 'together' }, invited(), joined, text('1'), text('2')).after(
    { type: 'text.received', text: save },
    ...[text('3'), text('4'), command('stop')],
  );
  expect(line.context.turn?.text).toEqual(words('2'));
  const next = line.after(command('stop'));
  expect([next.context.turn?.text, next.context.waiting.length]).toEqual([save, 2]);
  expect(next.after(command('stop')).context.turn?.text.gathered?.map(({ eventId }) => eventId)).toEqual([
    id('3'),
    id('4'),
  ]);
});
