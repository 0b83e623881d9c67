import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import {
  asking,
  beforeTheTurnIsSent,
  discarded,
  each,
  everywhere,
  failed,
  finishing,
  idle,
  interrupted,
  stopping,
  streaming,
} from './scenes.ts';
import {
  agent,
  ann,
  bob,
  closed,
  command,
  delivered,
  ended,
  hidden,
  id,
  invited,
  joined,
  placeWanted,
  play,
  refused,
  resumed,
  say,
  stopWanted,
  text,
  typing,
  wished,
  words,
  type Scene,
} from './story.ts';

/** Ann edits or removes a message; who removes it does not matter. */
const edited = (of: string, sender = ann): RoomEvent => ({ type: 'text.edited', of: id(of), sender, body: 'better' });
const withdrawn = (of: string): RoomEvent => ({ type: 'text.withdrawn', of: id(of) });
const better = (of: string) => ({ ...words(of), body: 'better' });

const answered = finishing.after(delivered());
const tooLate = (of: string) => say({ key: 'edit came too late' }, of);

describe('an edited text', () => {
  it.each(each(everywhere))('is asked with its new words where it waits: %s', (at, scene) => {
    if (scene.context.turn === null) return;
    const held = scene.after(text('2'), text('3'));
    expect(held.on(edited('2'))).toEqual({ at, does: [], changes: { waiting: [better('2'), words('3')] } });
  });

  it('leaves the line where its new words are more than may wait, and its person is told so', () => {
    const held = streaming.after(text('2'), text('3'));
    const long = 'x'.repeat(1_000_001 - words('3').body.length);
    const edit = (body: string): RoomEvent => ({ type: 'text.edited', of: id('2'), sender: ann, body });
    expect(held.on(edit(long))).toEqual({
      at: held.at,
      does: [say({ key: 'queue is full', limit: 1 }, '2')],
      changes: { waiting: [words('3')] },
    });
    expect(held.on(edit(long.slice(1))).does).toEqual([]);
  });

  it.each(each(beforeTheTurnIsSent))('is asked with its new words where its turn begins: %s', (at, scene) => {
    const { turn } = scene.context;
    expect(scene.on(edited('1'))).toEqual({ at, does: [], changes: { turn: { ...turn, text: better('1') } } });
  });

  it.each([
    ['streaming', streaming],
    ['awaiting a word', asking],
    ['stopping', stopping],
    ['finishing', finishing],
  ])('comes too late for the agent, and !retry would ask the new words: %s', (_, scene) => {
    const { turn } = scene.context;
    expect(scene.on(edited('1'))).toEqual({
      at: scene.at,
      does: [tooLate('1')],
      changes: { turn: { ...turn, text: better('1') } },
    });
  });

  it('is asked with its new words by !retry, after an answer and without', () => {
    for (const over of [[ended('done', 'answer'), delivered()], [ended('failed', null, 'silent')]]) {
      const { turn } = streaming.after(edited('1'), ...over, command('retry')).context;
      expect(turn?.text.body).toBe('better');
    }
  });

  it.each<[string, Scene]>([
    ['answered', answered],
    ['failed', failed],
    ['interrupted', interrupted],
  ])('that is %s is asked again by !retry', (_, scene) => {
    expect(scene.on(edited('1')).does).toEqual([tooLate('1')]);
    expect(scene.after(edited('1'), command('retry')).context.turn?.text.body).toBe('better');
  });

  it('is found where it was asked again', () => {
    const again = answered.after(command('retry'));
    expect(again.after(edited('1')).context.turn?.text.body).toBe('better');
  });

  it.each(each(everywhere))('changes nothing where nobody asked it, or somebody else edits: %s', (at, scene) => {
    const held = scene.context.turn === null ? scene : scene.after(text('2'));
    for (const event of [edited('other'), edited('1', bob), edited('2', bob)]) {
      expect(held.on(event)).toEqual({ at, does: [], changes: {} });
    }
  });
});

describe('a removed text', () => {
  it.each(each(everywhere))('leaves the line: %s', (at, scene) => {
    if (scene.context.turn === null) return;
    expect(scene.after(text('2'), text('3')).on(withdrawn('2'))).toEqual({
      at,
      does: [],
      changes: { waiting: [words('3')] },
    });
  });

  it.each(each(beforeTheTurnIsSent))('is not asked, the next one is: %s', (_, scene) => {
    expect(scene.on(withdrawn('1'))).toEqual({ at: 'idle', does: [closed(), hidden], changes: { turn: null } });
    expect(scene.after(text('2')).on(withdrawn('1')).does).toEqual([closed(), hidden, typing, placeWanted(2)]);
    expect(scene.after(withdrawn('1')).timers).toEqual({});
  });

  it.each([
    ['streaming', streaming],
    ['awaiting a word', asking],
    ['stopping', stopping],
    ['stopping for !clear', discarded],
  ])('is stopped, nothing more is shown and nothing can be retried: %s', (_, scene) => {
    const gone = scene.after(withdrawn('1'));
    expect(scene.on(withdrawn('1')).does).toEqual([stopWanted()]);
    expect([gone.at, gone.context.turn?.discarded, gone.context.question]).toEqual(['asking / stopping', true, null]);
    for (const end of [ended('stopped', 'half'), ended('done', 'answer'), gone.end('stopLimit'), resumed]) {
      expect(gone.on(end)).toEqual({ at: 'idle', does: [closed(), hidden], changes: { turn: null } });
    }
  });

  it.each([
    ['is delivered', delivered()],
    ['is refused', refused()],
  ])('whose answer %s already cannot be retried', (_, end) => {
    const gone = finishing.after(withdrawn('1'));
    expect(gone.on(end)).toEqual({ at: 'idle', does: [closed(), hidden], changes: { turn: null } });
    expect(gone.after(end).context.last).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['answered', answered],
    ['failed', failed],
    ['interrupted', interrupted],
    ['being asked again', answered.after(command('retry'))],
  ])('that is %s is forgotten', (_, scene) => {
    const gone = scene.after(withdrawn('1'));
    expect([gone.context.unanswered, gone.context.last, gone.context.turn]).toEqual([[], [], null]);
    expect(gone.on(command('retry')).does).toEqual([say({ key: 'nothing to retry' }, 'retry')]);
  });

  it.each(each(everywhere))('changes nothing where nobody asked it: %s', (at, scene) => {
    expect(scene.on(withdrawn('other'))).toEqual({ at, does: [], changes: {} });
  });
});

const pointing = play(invited(ann, agent, 'entry'), joined);
const refusing = play(invited(ann, agent, 'refused'));

it('nothing comes of edits and removals where nothing is asked', () => {
  for (const scene of [play(), pointing, refusing]) {
    for (const event of [edited('1'), withdrawn('1')]) {
      expect(scene.on(event)).toEqual({ at: scene.at, does: [], changes: {} });
    }
  }
});

describe('what is no text', () => {
  const sticker: RoomEvent = { type: 'thing.received', eventId: id('sticker'), sender: ann, thing: 'sticker' };

  it.each(each(everywhere))('is answered with a word: %s', (at, scene) => {
    expect(scene.on(sticker)).toEqual({
      at,
      does: [say({ key: 'thing is not taken', thing: 'sticker' }, 'sticker')],
      changes: {},
    });
  });

  it('leads to the chats in an entry room', () => {
    expect(pointing.on(sticker).does).toEqual([wished({ type: 'access.wanted', answers: id('sticker') })]);
  });

  it('is refused once where no agent serves', () => {
    const nobody = say({ key: 'no agent for you', contact: null }, 'sticker');
    expect(refusing.on(sticker).does).toEqual([nobody]);
    expect(refusing.after(sticker).on(sticker).does).toEqual([]);
  });
});

it.each([
  ['short', 'words', 'words'],
  ['long', 'x'.repeat(60_000), `${'x'.repeat(100)}…`],
  ['as long as may be', '😀'.repeat(100), '😀'.repeat(100)],
])('words that a command left are named: %s', (_, left, named) => {
  const event: RoomEvent = {
    ...{ type: 'words.left', eventId: id('stop'), sender: ann },
    ...{ command: 'stop', words: left, done: true },
  };
  expect(idle.on(event).does).toEqual([
    say({ key: 'words are left', command: 'stop', words: named, done: true }, 'stop'),
  ]);
  expect(play(invited(ann, agent, 'entry'), joined).on(event).does).toEqual([
    say({ key: 'words are left', command: 'stop', words: named, done: true, entry: true }, 'stop'),
  ]);
});
