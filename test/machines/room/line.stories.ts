import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { asking, finishing, streaming, waiting } from './scenes.ts';
import {
  ann,
  awaited,
  closed,
  command,
  delivered,
  ended,
  granted,
  hidden,
  id,
  invited,
  joined,
  left,
  lineShown,
  opened,
  placeWanted,
  playWith,
  ready,
  say,
  text,
  typing,
  words,
  type Scene,
} from './story.ts';

/** What the room says and has done of its line, of all that an event does. */
const ofTheLine = (scene: Scene, event: RoomEvent) =>
  scene.on(event).does.filter(([type, params]) => {
    const { notice } = params as { notice?: { key: string } };
    return type === 'take back' || type === 'change the notice' || notice?.key.startsWith('text') === true;
  });

/** The notice of one text that waits stands in the room. */
const two = streaming.after(text('2'));
const spoken = two.after(two.end('patience'));
const told = spoken.after(lineShown);

const takenBack = ['take back', { event: id('line') }];

describe('the notice of what waits', () => {
  it('is not said where the wait is over soon', () => {
    expect(streaming.timers).toEqual({ turnLimit: 1_800_000 });
    expect(two.timers).toEqual({ turnLimit: 1_800_000, patience: 3_000 });
    const next = two.after(ended('done', 'answer'), delivered());
    expect(next.timers).toEqual({});
    expect(next.context.line).toBeNull();
  });

  it('is one for the whole line, and about the last message of it', () => {
    const more = two.after(text('3'), text('4'));
    expect(more.on(more.end('patience')).does).toEqual([say({ key: 'text waits', position: 3 }, '4')]);
    const known = more.after(more.end('patience'), lineShown);
    expect(known.context.line).toEqual({ texts: 3, position: null, notice: id('line') });
  });

  it('moves with the line', () => {
    const change = (position: number, answers: string) => [
      'change the notice',
      { of: id('line'), notice: { key: 'text waits', position }, answers: id(answers) },
    ];
    expect(ofTheLine(told, text('3'))).toEqual([change(2, '3')]);
    const three = told.after(text('3'));
    expect(ofTheLine(three.after(ended('done', 'answer')), delivered())).toEqual([change(1, '3')]);
    expect(ofTheLine(three, { type: 'text.withdrawn', of: id('3') })).toEqual([change(1, '2')]);
  });

  it('goes when nothing waits any more', () => {
    const next = told.after(ended('done', 'answer'));
    expect(next.on(delivered()).does).toEqual([closed(), hidden, typing, placeWanted(2), takenBack]);
    expect(next.after(delivered()).context.line).toBeNull();
    expect(ofTheLine(told, { type: 'text.withdrawn', of: id('2') })).toEqual([takenBack]);
  });

  it('that comes into the room too late goes at once', () => {
    const over = spoken.after({ type: 'text.withdrawn', of: id('2') });
    expect(over.on(lineShown).does).toEqual([takenBack]);
    expect(over.after(lineShown).context.line).toBeNull();
  });

  it('that comes of a version before goes at once', () => {
    expect(streaming.on(lineShown).does).toEqual([takenBack]);
  });

  it('that the homeserver refuses is said again when more comes', () => {
    const refused = spoken.after({ type: 'line.refused' });
    expect([refused.context.line, refused.timers]).toEqual([null, { turnLimit: 1_800_000, patience: 3_000 }]);
  });

  it('says also where in the line of the agent the room stands', () => {
    const busy = waiting.after(awaited(3));
    expect(busy.on(busy.end('patience')).does).toEqual([say({ key: 'agent is busy', position: 3 }, '1')]);
    const both = busy.after(text('2'));
    const notice = { key: 'texts wait for the busy agent', position: 3, waiting: 1 } as const;
    expect(both.on(both.end('patience')).does).toEqual([say(notice, '2')]);
    const shown = busy.after(busy.end('patience'), lineShown);
    expect(ofTheLine(shown, awaited(2))).toEqual([
      ['change the notice', { of: id('line'), notice: { key: 'agent is busy', position: 2 }, answers: id('1') }],
    ]);
    expect(ofTheLine(shown, granted())).toEqual([takenBack]);
  });

  it('is not said where the person’s own word is waited for', () => {
    expect(asking.after(text('2')).timers).toEqual({ questionLimit: 3_600_000 });
    expect(told.context.line).not.toBeNull();
  });

  it('is forgotten with the room', () => {
    expect(told.on(left)).toEqual({ at: 'left', does: [closed(), hidden], changes: {} });
  });
});

describe('texts that wait, by the operator’s wish', () => {
  const begun = (limits: Parameters<typeof playWith>[0]) =>
    playWith(limits, invited(), joined, text('1'), granted(), opened(), ready());
  const mark = (name: string): RoomEvent => ({ type: 'text.marked', of: id(name), mark: id(`mark-${name}`) });

  it('are marked with a reaction, which goes when their turn comes', () => {
    const scene = begun({ waiting: 'reaction' });
    expect(scene.on(text('2')).does).toContainEqual(['mark the message', { of: id('2') }]);
    const marked = scene.after(text('2'), mark('2'));
    expect([marked.context.waiting, marked.timers]).toEqual([
      [{ ...words('2'), mark: id('mark-2') }],
      { turnLimit: 1_800_000 },
    ]);
    expect(marked.after(ended('done', 'answer')).on(delivered()).does).toContainEqual([
      'take back',
      { event: id('mark-2') },
    ]);
  });

  it('whose turn was faster than their mark lose it at once', () => {
    const next = begun({ waiting: 'both' }).after(text('2'), ended('done', 'answer'), delivered());
    expect(next.on(mark('2')).does).toEqual([['take back', { event: id('mark-2') }]]);
  });

  const together = begun({ queued: 'together', waiting: 'both' });
  const inOne = together.after(text('2'), mark('2'), text('3'), mark('3'), ended('done', 'answer'));

  it('are asked together, and answered under the last of them', () => {
    const next = inOne.after(delivered());
    expect(next.context.waiting).toEqual([]);
    expect(next.context.turn?.text).toEqual({
      ...words('2'),
      ...{ eventId: id('3'), body: 'words 2\n\nwords 3', mark: id('mark-2') },
      gathered: [
        { eventId: id('2'), body: 'words 2', mark: id('mark-2') },
        { eventId: id('3'), body: 'words 3', mark: id('mark-3') },
      ],
    });
    const back = inOne.on(delivered()).does.filter(([type]) => type === 'take back');
    expect(back).toEqual([
      ['take back', { event: id('mark-2') }],
      ['take back', { event: id('mark-3') }],
    ]);
  });

  it('are asked together only within one thread', () => {
    const inThread: RoomEvent = { type: 'text.received', text: { ...words('4'), thread: id('root') } };
    const next = together.after(text('2'), text('3'), inThread, ended('done', 'answer'), delivered());
    expect([next.context.turn?.text.body, next.context.waiting.map(({ body }) => body)]).toEqual([
      'words 2\n\nwords 3',
      ['words 4'],
    ]);
  });

  it('are not asked together with what is done to the memory of the agent', () => {
    const save: RoomEvent = { type: 'saves.told', answers: id('save'), ask: { for: 'save', name: 'plans' }, saves: [] };
    const next = together.after(text('2'), save, text('3'), ended('done', 'answer'), delivered());
    expect([next.context.turn?.text.body, next.context.waiting.map(({ body }) => body)]).toEqual([
      'words 2',
      ['!save plans', 'words 3'],
    ]);
    const saves = next.after(granted(2), opened(2), ready({}, 2), ended('done', null, null, 2));
    expect([saves.context.turn?.text.task, saves.context.waiting.map(({ body }) => body)]).toEqual([
      { kind: 'save', name: 'plans' },
      ['words 3'],
    ]);
  });

  it('are no more than may wait, however many there are', () => {
    const held = together.after(...Array.from({ length: 20 }, (_, n) => text(`${n + 2}`)), ended('done', 'answer'));
    const limit = held.context.waiting.length;
    const again = held.after(delivered(), granted(2), opened(2), ready({}, 2), text('a'), text('b'));
    const removed = again.after({ type: 'text.withdrawn', of: id('2') });
    expect(removed.context.waiting.length).toBeGreaterThan(limit);
    const next = removed.after(ended('stopped', null, null, 2));
    expect(next.context.turn?.text.gathered).toHaveLength(limit);
    expect(next.context.waiting).toHaveLength(removed.context.waiting.length - limit);
  });

  it('that are edited change their part', () => {
    const edit: RoomEvent = { type: 'text.edited', of: id('2'), sender: ann, body: 'better' };
    expect(inOne.after(delivered(), edit).context.turn?.text.body).toBe('better\n\nwords 3');
  });

  it('are asked again where one of them is removed', () => {
    const removed: RoomEvent = { type: 'text.withdrawn', of: id('2') };
    const before = inOne.after(delivered(), removed);
    expect([before.at, before.context.turn?.text.eventId, before.context.turn?.text.body]).toEqual([
      'asking / waiting for a place',
      id('3'),
      'words 3',
    ]);
    const sent = inOne.after(delivered(), granted(2), opened(2), ready({}, 2)).after(removed);
    expect([sent.at, sent.context.turn?.discarded, sent.context.waiting.map(({ body }) => body)]).toEqual([
      'asking / stopping',
      true,
      ['words 3'],
    ]);
  });

  it('that failed together are retried together, without what was removed', () => {
    const failed = inOne.after(delivered(), granted(2), opened(2), ready({}, 2), ended('failed', null, 'silent', 2));
    const removed: RoomEvent = { type: 'text.withdrawn', of: id('3') };
    expect(failed.after(removed, command('retry')).context.turn?.text.body).toBe('words 2');
    expect(failed.after(removed, { type: 'text.withdrawn', of: id('2') }).context.unanswered).toEqual([]);
  });

  it('wait up to a million characters', () => {
    const long = (name: string, size: number): RoomEvent => ({
      type: 'text.received',
      text: { ...words(name), body: 'x'.repeat(size) },
    });
    const scene = streaming.after(long('2', 900_000));
    expect(scene.after(long('3', 100_000)).context.waiting.length).toBe(2);
    expect(scene.on(long('3', 100_001)).does).toEqual([say({ key: 'queue is full', limit: 1 }, '3')]);
    expect(finishing.after(long('2', 1_000_000)).on(text('3')).does).toEqual([
      say({ key: 'queue is full', limit: 1 }, '3'),
    ]);
  });
});
