import { describe, expect, it } from 'vitest';
import {
  asking,
  askingAble,
  busy,
  each,
  full,
  questionFinishing,
  questionLeft,
  streaming,
  streamingAble,
} from './scenes.ts';
import {
  ann,
  asked,
  closed,
  command,
  delivered,
  delivery,
  ended,
  granted,
  hidden,
  id,
  opened,
  placeWanted,
  question,
  ready,
  say,
  text,
  typing,
  words,
  alerted,
  alertedAsReply,
  apart,
  testLimits,
} from './story.ts';

const confirmation = (approved: boolean) => ['send the confirmation', { turn: 1, question: 'q1', approved }];
const word = (name: 'yes' | 'no') => ({
  eventId: id(name),
  sender: ann,
  body: `${name === 'yes' ? 'Yes' : 'No'}, to your question: "Delete it?"`,
  replyTo: null,
});
/** It knows the question, which may be open again. */
const held = (name: 'yes' | 'no', on: object = question) => ({ ...word(name), settles: on });
const taken = (name: 'yes' | 'no', later: boolean) =>
  say({ key: 'word is taken', approved: name === 'yes', later }, name);
const words2 = [
  ['yes', true],
  ['no', false],
] as const;

describe('a question of the agent', () => {
  it('is put to the person and waits an hour', () => {
    expect(streaming.on(asked())).toEqual({
      at: 'asking / awaiting confirmation',
      does: [alerted({ key: 'agent asks', text: 'Delete it?' }), hidden],
      changes: { question },
    });
    expect(asking.timers).toEqual({ questionLimit: 3_600_000 });
  });

  it('waits as long as the agent says', () => {
    expect(streaming.after(asked({ ...question, expiresInMs: 5_000 })).timers).toEqual({ questionLimit: 5_000 });
  });

  it('gives way to the agent’s next one, which has its own time', () => {
    const other = { id: 'q2', text: 'Really?', expiresInMs: 9_000 };
    expect(asking.on(asked(other))).toEqual({
      at: 'asking / awaiting confirmation',
      does: [alerted({ key: 'agent asks', text: 'Really?' }), hidden],
      changes: { question: other },
    });
    expect(asking.after(asked(other)).timers).toEqual({ questionLimit: 9_000 });
  });

  it.each(words2)('!%s goes to an agent that takes it', (name, approved) => {
    expect(askingAble.on(command(name))).toEqual({
      at: 'asking / working / streaming',
      does: [confirmation(approved), taken(name, false), typing],
      changes: { question: null, passedOn: [id(name)] },
    });
    expect(askingAble.after(command(name)).timers).toEqual({ turnLimit: 1_800_000 });
  });

  it.each(words2)('!%s is held for the next turn of an agent that does not', (name) => {
    expect(asking.on(command(name))).toEqual({
      at: 'asking / working / streaming',
      does: [taken(name, true), typing],
      changes: { question: null, waiting: [held(name)] },
    });
  });

  /** The question of an earlier turn is still open in each of these. */
  const stillOpen = {
    'asking / finishing': questionFinishing,
    'asking / waiting for a place': questionLeft.after(text('2')),
    'asking / working / connecting': questionLeft.after(text('2'), granted(2)),
    'asking / working / streaming': questionLeft.after(text('2'), granted(2), opened(2), ready({}, 2)),
    'asking / stopping': questionLeft.after(text('2'), granted(2), opened(2), ready({}, 2), command('stop')),
  };

  describe.each(words2)('!%s', (name) => {
    it.each(each(stillOpen))('is held where the question of an earlier turn is open: %s', (at, scene) => {
      expect(scene.on(command(name))).toEqual({
        at,
        does: [apart(scene.context.turns), taken(name, true)],
        changes: { question: null, waiting: [held(name)] },
      });
    });

    it.each(each({ ...stillOpen, 'asking / awaiting confirmation': asking }))(
      'is refused while the queue is full, and the question stays open: %s',
      (at, scene) => {
        expect(full(scene).on(command(name))).toEqual({
          at,
          does: [say({ key: 'queue is full', limit: testLimits.queue }, name)],
          changes: {},
        });
      },
    );
  });

  it('that nobody answers is a no', () => {
    expect(askingAble.on(askingAble.end('questionLimit'))).toEqual({
      at: 'asking / working / streaming',
      does: [confirmation(false), alerted({ key: 'question expired' }), typing],
      changes: { question: null },
    });
  });

  it('that nobody answers is a no in the next turn of an agent that takes no confirmations', () => {
    expect(asking.on(asking.end('questionLimit'))).toEqual({
      at: 'asking / working / streaming',
      does: [alertedAsReply({ key: 'question expired' }), typing],
      changes: { question: null, waiting: [{ ...word('no'), eventId: id('1/no/q1'), unwritten: true }] },
    });
  });

  it('that nobody answers is forgotten where the queue is full', () => {
    const scene = full(asking);
    expect(scene.on(scene.end('questionLimit'))).toEqual({
      at: 'asking / working / streaming',
      does: [alertedAsReply({ key: 'question expired' }), typing],
      changes: { question: null },
    });
  });

  it.each(words2)('!%s after the connection is gone begins a turn that names the question', (name) => {
    expect(questionLeft.on(command(name))).toEqual({
      at: 'asking / waiting for a place',
      does: [typing, placeWanted(2)],
      changes: {
        turns: 2,
        turn: { ...streaming.context.turn, id: 2, text: held(name) },
        unanswered: [{ text: words('1'), why: 'interrupted', passed: true }],
        question: null,
      },
    });
  });

  it('stays open for a word after the agent’s END', () => {
    const done = asking.on(ended('done', null));
    expect(done).toEqual({
      at: 'idle',
      does: [closed(), hidden, alerted({ key: 'empty answer' })],
      changes: { turn: null, last: [words('1')] },
    });
    expect(asking.after(ended('done', null)).after(command('yes')).context.turn?.text).toEqual(held('yes'));
    expect(asking.on(ended('done', 'answer')).does).toEqual([delivery('answer')]);
  });

  const unasked = Object.fromEntries(Object.entries(busy).filter(([at]) => at !== 'asking / awaiting confirmation'));

  it.each(each(unasked))('!yes and !no are refused where there is none: %s', (at, scene) => {
    expect([scene.on(command('yes')), scene.on(command('no'))]).toEqual([
      { at, does: [say({ key: 'no question is open' }, 'yes')], changes: {} },
      { at, does: [say({ key: 'no question is open' }, 'no')], changes: {} },
    ]);
  });

  it('lets a text wait for the word', () => {
    expect(askingAble.after(text('2'), command('yes')).context.waiting).toEqual([words('2')]);
    expect(streamingAble.context.waiting).toEqual([]);
  });

  it('outlives the text that was told to wait for the word', () => {
    const next = asking.after(text('2'), ended('done', 'Shall I?'), delivered());
    expect(next.context.question).toEqual({ ...question, isUrged: true });
    expect(next.on(command('yes'))).toEqual({
      at: 'asking / waiting for a place',
      does: [apart(2), taken('yes', true)],
      changes: { question: null, waiting: [held('yes', { ...question, isUrged: true })] },
    });
  });
});
