import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import {
  asking,
  busy,
  discarded,
  each,
  failed,
  finishing,
  full,
  idle,
  interrupted,
  questionLeft,
  stopping,
  streaming,
} from './scenes.ts';
import {
  apart,
  question,
  testLimits,
  ann,
  closed,
  command,
  delivered,
  ended,
  hidden,
  id,
  placeWanted,
  say,
  text,
  typing,
  words,
} from './story.ts';

describe('texts that wait', () => {
  it.each(each(busy))('a text is held: %s', (at, scene) => {
    expect(scene.on(text('2'))).toEqual({
      at,
      does: {
        'asking / awaiting confirmation': [apart(), say({ key: 'text waits for your word' }, '2')],
        // The whole answer is on its way already.
        'asking / finishing': [],
      }[at] ?? [apart()],
      changes: {
        waiting: [words('2')],
        ...(at === 'asking / awaiting confirmation' && { question: { ...question, isUrged: true } }),
      },
    });
  });

  it.each(each(busy))('one more than may wait is refused: %s', (at, scene) => {
    expect(full(scene).context.waiting.length).toBe(testLimits.queue);
    expect(full(scene).on(text('2'))).toEqual({
      at,
      does: [say({ key: 'queue is full', limit: testLimits.queue }, '2')],
      changes: {},
    });
  });

  it.each(['stop', 'Stop!', 'please stop', 'STOP.', 'Stopp', 'cancel', 'Стоп!', 'хватит'])(
    'that may mean !stop is told so: %j',
    (body) => {
      const event: RoomEvent = { type: 'text.received', text: { ...words('2'), body } };
      expect(streaming.on(event)).toEqual({
        at: 'asking / working / streaming',
        does: [apart(), say({ key: 'did you mean !stop' }, '2')],
        changes: { waiting: [{ ...words('2'), body }] },
      });
    },
  );

  it.each(['stop the car', 'Where does it stop?', 'unstoppable', 'Östop', 'stopwatch'])(
    'that says more waits: %j',
    (body) => {
      const event: RoomEvent = { type: 'text.received', text: { ...words('2'), body } };
      expect(streaming.on(event).does).toEqual([apart()]);
    },
  );

  it('have their turns in the order in which they came', () => {
    const scene = finishing.after(text('2'), text('3'), text('4'));
    expect(scene.on(delivered())).toEqual({
      at: 'asking / waiting for a place',
      does: [closed(), hidden, typing, placeWanted(2)],
      changes: {
        turns: 2,
        turn: { ...scene.context.turn, id: 2, text: words('2'), waited: true },
        waiting: [words('3'), words('4')],
        last: [words('1')],
      },
    });
  });

  it('go on after a turn that was cut off, which stays to be retried', () => {
    const next = streaming.after(text('2'), ended('failed', null, 'connection-lost'));
    expect([next.at, next.context.turn?.text, next.context.unanswered]).toEqual([
      'asking / waiting for a place',
      words('2'),
      [{ text: words('1'), why: 'interrupted' }],
    ]);
    expect(next.after(ended('done', null, null, 2)).at).toBe('interrupted');
  });
});

describe('!retry', () => {
  it.each([
    ['a failed turn', failed],
    ['an interrupted turn', interrupted],
  ])('at rest asks again: %s', (_, scene) => {
    const { at, does, changes } = scene.on(command('retry'));
    expect({ at, does, changes }).toEqual({
      at: 'asking / waiting for a place',
      does: [typing, placeWanted(2)],
      changes: { turns: 2, turn: { ...streaming.context.turn, id: 2, waited: true }, unanswered: [] },
    });
  });

  it('at rest closes the question that the text left open', () => {
    expect(questionLeft.on(command('retry'))).toEqual({
      at: 'asking / waiting for a place',
      does: [typing, placeWanted(2)],
      changes: { turns: 2, turn: { ...streaming.context.turn, id: 2, waited: true }, unanswered: [], question: null },
    });
    const answered = questionLeft.after(command('retry'), ended('done', null, null, 2));
    expect(answered.on(command('yes')).does).toEqual([say({ key: 'no question is open' }, 'yes')]);
  });

  const unstopped = Object.fromEntries(Object.entries(busy).filter(([at]) => at !== 'asking / stopping'));

  const patience = [say({ key: 'still being written' }, 'retry')];

  it.each(each(unstopped))('has nothing to repeat while the answer is being written: %s', (at, scene) => {
    expect(scene.on(command('retry'))).toEqual({ at, does: patience, changes: {} });
  });

  it('has nothing to repeat where nothing was asked', () => {
    expect(idle.on(command('retry'))).toEqual({
      at: 'idle',
      does: [say({ key: 'nothing to retry' }, 'retry')],
      changes: {},
    });
  });

  it.each([
    ['a good answer', finishing.after(delivered())],
    ['an answer without a word', streaming.after(ended('done', null))],
  ])('asks the last text again, by another message, after %s', (_, scene) => {
    expect(scene.context.last).toEqual([words('1')]);
    expect(scene.on(command('retry'))).toEqual({
      at: 'asking / waiting for a place',
      does: [say({ key: 'asked again', others: 0, later: false }, 'retry'), typing, placeWanted(2)],
      changes: {
        turns: 2,
        turn: { ...streaming.context.turn, id: 2, text: { ...words('1'), eventId: id('retry'), repeats: id('1') } },
      },
    });
  });

  it('asks the same a third time', () => {
    const twice = finishing.after(delivered(), command('retry'), ended('done', null, null, 2));
    expect(twice.after({ type: 'command.retry', eventId: id('third'), sender: ann }).context.turn?.text).toEqual({
      ...words('1'),
      ...{ eventId: id('third'), repeats: id('1') },
    });
  });

  it.each([
    ['stopped', stopping],
    ['stopped, with a full queue', full(stopping)],
    ['discarded', discarded],
  ])('holds nothing of a turn that is being %s', (_, scene) => {
    expect(scene.on(command('retry'))).toEqual({
      at: 'asking / stopping',
      does: [say({ key: 'is stopping' }, 'retry')],
      changes: {},
    });
  });

  it('has nothing to repeat once the person moved on: a text at rest takes the place of the interrupted one', () => {
    const movedOn = interrupted.after(text('2'));
    expect(movedOn.context.unanswered).toEqual([{ text: words('1'), why: 'interrupted', passed: true }]);
    const answered = movedOn.after(ended('done', null, null, 2));
    expect(answered.after(command('retry')).context.turn?.text.repeats).toEqual(id('2'));
  });

  const next = streaming.after(text('2'), ended('failed', null, 'silent'));

  it('while the next turn runs queues the text once', () => {
    expect(next.on(command('retry'))).toEqual({
      at: 'asking / waiting for a place',
      does: [say({ key: 'asked again', others: 0, later: true }, 'retry'), apart(2)],
      changes: { waiting: [words('1')], unanswered: [] },
    });
    expect(next.after(command('retry')).on(command('retry')).does).toEqual(patience);
  });

  it('is refused while the queue is full, and the text stays to be retried', () => {
    expect(full(next).on(command('retry'))).toEqual({
      at: 'asking / waiting for a place',
      does: [say({ key: 'queue is full', limit: testLimits.queue }, 'retry')],
      changes: {},
    });
  });

  it('does not repeat what waits for a word', () => {
    expect(asking.on(command('retry')).does).toEqual(patience);
  });
});
