import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../machines/ids.ts';
import { fixedLimits } from '../../../machines/room-limits.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { busy, each, failed, finishing, full, idle, interrupted, stopping, streaming } from './scenes.ts';
import {
  ann,
  apart,
  clear,
  command,
  delivered,
  ended,
  granted,
  id,
  opened,
  placeWanted,
  playWith,
  invited,
  joined,
  ready,
  refused,
  say,
  shown,
  testLimits,
  text,
  typing,
  words,
  type Scene,
} from './story.ts';

const retry = (of?: string, event: { reaction?: true; thread?: EventId } = {}): RoomEvent => ({
  ...{ type: 'command.retry', eventId: id('retry'), sender: ann, ...event },
  ...(of !== undefined && { replyTo: id(of) }),
});
const wordShown = (of: string, name: string): RoomEvent => ({ type: 'word.shown', of: id(of), eventId: id(name) });
const asks = (others: number, later = false) => say({ key: 'asked again', others, later }, 'retry');
const forgotten = [say({ key: 'message is forgotten' }, 'retry')];

/** The scene after a turn from the text to its end. */
function turn(scene: Scene, name: string, end: (number: number) => RoomEvent[]): Scene {
  const number = scene.context.turns + 1;
  return scene.after(text(name), granted(number), opened(number), ready({}, number), ...end(number));
}
const fails = (number: number) => [ended('failed', null, 'agent-error', number)];
const answers =
  (of: string, ...messages: string[]) =>
  (number: number) => [ended('done', 'answer', null, number), delivered(number, 0, of, messages)];

/** Two that were written at once, and failed one after the other. */
const twoFailed = streaming.after(
  text('2'),
  ended('failed', null, 'agent-error'),
  ...[granted(2), opened(2), ready({}, 2), ended('failed', null, 'agent-error', 2)],
);
/** Three answers, each in one message. */
const answered = ['1', '2', '3'].reduce((scene, name) => turn(scene, name, answers(name, `answer ${name}`)), idle);

describe('!retry where two texts failed one after the other', () => {
  it('keeps both', () => {
    expect(twoFailed.context.unanswered).toEqual([
      { text: words('1'), why: 'failed' },
      { text: words('2'), why: 'failed' },
    ]);
  });

  it('asks the newer one, and says that one more is unanswered', () => {
    const { does, at } = twoFailed.on(retry());
    expect({ does, at }).toEqual({ at: 'asking / waiting for a place', does: [asks(1), typing, placeWanted(3)] });
    const next = twoFailed.after(retry());
    expect([next.context.turn?.text, next.context.unanswered]).toEqual([
      words('2'),
      [{ text: words('1'), why: 'failed' }],
    ]);
  });

  it('asks the one that it answers', () => {
    const next = twoFailed.after(retry('1'));
    expect(twoFailed.on(retry('1')).does).toEqual([asks(1), typing, placeWanted(3)]);
    expect([next.context.turn?.text, next.context.unanswered]).toEqual([
      words('1'),
      [{ text: words('2'), why: 'failed' }],
    ]);
  });

  it('asks one after the other', () => {
    const both = twoFailed.after(retry(), retry());
    expect([both.context.turn?.text, both.context.waiting, both.context.unanswered]).toEqual([
      words('2'),
      [words('1')],
      [],
    ]);
    expect(twoFailed.after(retry()).on(retry()).does).toEqual([
      say({ key: 'asked again', others: 0, later: true }, 'retry'),
      apart(3),
    ]);
  });

  it('says nothing more where it is the only one', () => {
    expect(failed.on(retry('1')).does).toEqual([typing, placeWanted(2)]);
  });
});

describe('what was not answered', () => {
  it('is asked by its name also when its person has written something else since', () => {
    const movedOn = turn(failed, '2', answers('2', 'answer 2'));
    expect(movedOn.context.unanswered).toEqual([{ text: words('1'), why: 'failed', passed: true }]);
    expect(movedOn.after(retry('1')).context.turn?.text).toEqual(words('1'));
    expect(movedOn.after(retry()).context.turn?.text).toEqual({
      ...words('2'),
      eventId: id('retry'),
      repeats: id('2'),
    });
    // Nobody is reminded of what they moved on from.
    expect(movedOn.on(retry()).does).toEqual([asks(0), typing, placeWanted(3)]);
  });

  it.each([
    ['the notice that it failed', 'notice', failed.after(wordShown('1', 'notice'))],
    [
      'the beginning of its answer',
      'preview',
      streaming.after(shown(), ended('failed', 'half', 'silent'), delivered(1, 0, '1', ['preview'])),
    ],
  ])('is asked by what the bot wrote of it: %s', (_, message, scene) => {
    expect(scene.after(retry(message)).context.turn?.text).toEqual(words('1'));
  });

  it('is forgotten beyond the last ten, and whoever names it is told so', () => {
    const names = Array.from({ length: fixedLimits.mostUnanswered + 1 }, (_, n) => `q${n}`);
    const many = names.reduce((scene, name) => turn(scene, name, fails).after(wordShown(name, `of ${name}`)), idle);
    expect(many.context.unanswered.map(({ text: { eventId } }) => eventId)).toEqual(names.slice(1).map(id));
    expect(many.context.replies.map(({ to }) => to)).toEqual(names.slice(1).map(id));
    expect(many.on(retry('q0'))).toEqual({ at: 'idle', does: forgotten, changes: {} });
    expect(many.on(retry('of q0'))).toEqual({ at: 'idle', does: forgotten, changes: {} });
    expect(many.on(retry('q1')).does).toEqual([asks(1), typing, placeWanted(12)]);
  });

  it('takes no more room than a waiting line may', () => {
    const small = playWith({ queueSize: 20 }, invited(), joined);
    const three = ['1', '2', '3'].reduce((scene, name) => turn(scene, name, fails), small);
    expect(three.context.unanswered.map(({ text: { body } }) => body)).toEqual(['words 2', 'words 3']);
  });

  it('is forgotten by !clear, and when it is taken out of the room', () => {
    expect(twoFailed.after(clear).on(retry('1')).does).toEqual(forgotten);
    expect(twoFailed.after({ type: 'text.withdrawn', of: id('1') }).context.unanswered).toEqual([
      { text: words('2'), why: 'failed' },
    ]);
  });

  it('is asked with its new words', () => {
    const edited: RoomEvent = { type: 'text.edited', of: id('1'), sender: ann, body: 'better' };
    expect(twoFailed.after(edited, retry('1')).context.turn?.text.body).toBe('better');
  });

  it('takes no more room when it is edited either', () => {
    const small = playWith({ queueSize: 20 }, invited(), joined);
    const two = ['1', '2'].reduce((scene, name) => turn(scene, name, fails), small);
    const edited: RoomEvent = { type: 'text.edited', of: id('2'), sender: ann, body: 'a longer wording' };
    expect(two.after(edited).context.unanswered.map(({ text: { body } }) => body)).toEqual(['a longer wording']);
  });

  it('keeps the answer that was refused beside others, and sends that again', () => {
    const both = turn(failed, '2', (number) => [
      ended('done', 'answer', null, number),
      refused(number, 'M_FORBIDDEN', '2'),
    ]);
    expect(both.on(retry('2')).does).toEqual([
      ['deliver the answer', expect.objectContaining({ answers: id('2'), answer: { markdown: 'answer' } })],
      typing,
    ]);
  });
});

describe('!retry of an answer', () => {
  it.each([
    ['the question', '2'],
    ['the answer', 'answer 2'],
  ])('asks again what is named, and says so: %s', (_, message) => {
    expect(answered.on(retry(message)).does).toEqual([asks(0), typing, placeWanted(4)]);
    expect(answered.after(retry(message)).context.turn).toEqual({
      ...answered.after(text('4')).context.turn,
      text: { ...words('2'), eventId: id('retry'), repeats: id('2') },
    });
  });

  it('knows both answers to be of the same question', () => {
    const twice = answered.after(retry('2'), ended('done', 'another', null, 4), delivered(4, 0, 'retry', ['another']));
    expect(twice.context.last.map(({ repeats, eventId }) => repeats ?? eventId)).toEqual(['1', '3', '2'].map(id));
    for (const message of ['2', 'answer 2', 'another']) {
      expect(twice.after(retry(message)).context.turn?.text.repeats).toBe(id('2'));
    }
  });

  it('knows the last five only', () => {
    const names = Array.from({ length: fixedLimits.mostAnswered + 1 }, (_, n) => `q${n}`);
    const many = names.reduce((scene, name) => turn(scene, name, answers(name, `answer ${name}`)), idle);
    expect(many.context.last).toEqual(names.slice(1).map((name) => words(name)));
    expect(many.on(retry('answer q0')).does).toEqual(forgotten);
  });

  it('knows of long texts the newest only', () => {
    const small = playWith({ answeredSize: 10 }, invited(), joined);
    const two = ['1', '2'].reduce((scene, name) => turn(scene, name, answers(name)), small);
    expect(two.context.last).toEqual([words('2')]);
  });

  it('knows of a long answer where it begins and how it ends', () => {
    const messages = Array.from({ length: 30 }, (_, n) => `part ${n}`);
    const long = turn(idle, '1', answers('1', ...messages));
    const kept = [messages[0] ?? '', ...messages.slice(1 - fixedLimits.mostReplies)];
    expect(long.context.replies).toEqual([{ to: id('1'), messages: kept.map(id) }]);
  });

  it('knows a piece that was delivered before a question of the agent', () => {
    const piece = streaming.after(delivered(1, 0, '1', ['piece']));
    expect(piece.context.replies).toEqual([{ to: id('1'), messages: [id('piece')] }]);
    expect(piece.after(delivered(1, 0, 'nobody knows', ['piece'])).context.replies).toEqual(piece.context.replies);
  });

  it('in its thread stays there', () => {
    const root = id('root');
    const threaded = idle.after(
      { type: 'text.received', text: { ...words('1'), thread: root } },
      ...[granted(), opened(), ready(), ended('done', 'answer'), delivered(1, 0, '1', ['answer'])],
    );
    const said = { notice: { key: 'asked again', others: 0, later: false }, relation: { thread: root } };
    expect(threaded.on(retry('answer', { reaction: true })).does[0]).toEqual([
      'say',
      { ...said, answers: id('retry') },
    ]);
  });
});

describe('a reaction that asks again', () => {
  const reacted = answered.after(retry('answer 2', { reaction: true }));

  it('is asked by its own id, and answered where the question stands', () => {
    expect(reacted.context.turn?.text).toEqual({
      ...{ ...words('2'), eventId: id('retry'), repeats: id('2'), reaction: true },
    });
    const [, params] = reacted.on(granted(4)).does[0] ?? [];
    const { answers: where, relation } = params as { answers: unknown; relation: unknown };
    expect([where, relation]).toEqual([id('2'), { isReply: true }]);
  });

  it('that is taken back leaves the question as it was', () => {
    const taken: RoomEvent = { type: 'text.withdrawn', of: id('retry') };
    const { diary } = reacted.after(taken).context;
    expect(diary.ended).toEqual({ turn: 4, how: 'dropped', trouble: null, at: 0 });
    expect(reacted.after(taken).context).toEqual({ ...answered.context, turns: 4, diary });
    const again = reacted.after(granted(4), opened(4), ready({}, 4), ended('done', null, null, 4));
    expect(again.after(taken).context.last.at(-1)).toEqual(words('2'));
  });
});

describe('!retry while a turn runs', () => {
  const runs = answered.after(text('4'), granted(4), opened(4), ready({}, 4));
  const unstopped = Object.fromEntries(Object.entries(busy).filter(([at]) => at !== 'asking / stopping'));

  it.each(each(unstopped))('of this one is told that it runs: %s', (at, scene) => {
    const does = [say({ key: 'still being written' }, 'retry')];
    expect(scene.on(retry('1'))).toEqual({ at, does, changes: {} });
  });

  it('of what is there of its answer is told that it runs', () => {
    expect(streaming.after(shown()).on(retry('preview')).does).toEqual([say({ key: 'still being written' }, 'retry')]);
  });

  it.each(each(unstopped))('of what waits is told so: %s', (_, scene) => {
    expect(scene.after(text('2')).on(retry('2')).does).toEqual([say({ key: 'it waits already' }, 'retry')]);
  });

  it.each(each(unstopped))('of what nobody remembers is told so: %s', (at, scene) => {
    expect(scene.on(retry('nowhere'))).toEqual({ at, does: forgotten, changes: {} });
  });

  it('of an answer holds the question, and says so', () => {
    expect(runs.on(retry('answer 2'))).toEqual({
      at: 'asking / working / streaming',
      does: [asks(0, true), apart(4)],
      changes: { waiting: [{ ...words('2'), eventId: id('retry'), repeats: id('2') }] },
    });
  });

  it('is refused while the queue is full', () => {
    expect(full(runs).on(retry('answer 2')).does).toEqual([
      say({ key: 'queue is full', limit: testLimits.queue }, 'retry'),
    ]);
  });

  it('of another one holds it, and says what else is unanswered', () => {
    const three = streaming.after(
      ...[text('2'), text('3'), ended('failed', null, 'silent'), granted(2), opened(2), ready({}, 2)],
      ended('failed', null, 'silent', 2),
    );
    expect(three.on(retry('1'))).toEqual({
      at: 'asking / waiting for a place',
      does: [asks(1, true), apart(3)],
      changes: { waiting: [words('1')], unanswered: [{ text: words('2'), why: 'failed' }] },
    });
  });

  it('is refused while the turn is being stopped', () => {
    expect(stopping.on(retry('nowhere')).does).toEqual([say({ key: 'is stopping' }, 'retry')]);
  });
});

it('an interruption that its person moved on from leaves the room idle', () => {
  expect(turn(interrupted, '2', answers('2')).at).toBe('idle');
});

it('what was stopped before it began is named by the word that says so', () => {
  const [, params] = streaming.after(ended('done', null), text('2')).on(command('stop')).does[2] ?? [];
  expect(params).toEqual({ notice: { key: 'stopped' }, answers: id('stop'), about: id('2') });
});

it('an answer that was delivered long ago is known to be of its question', () => {
  expect(finishing.after(delivered(), delivered(1, 0, '1', ['late'])).context.replies).toEqual([
    { to: id('1'), messages: [id('late')] },
  ]);
});
