import { describe, expect, it } from 'vitest';
import type { TrayFile } from '../../../machines/files.ts';
import { AgentId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { withItsWords } from '../../../machines/room-tray.ts';
import { each, everywhere, finishing, idle, interrupted, stopping, streaming, waiting } from './scenes.ts';
import {
  adopted,
  agent,
  alerted,
  ann,
  assigned,
  asked,
  bob,
  claimed,
  clear,
  closed,
  command,
  delivered,
  ended,
  fetched,
  granted,
  hidden,
  id,
  invited,
  joined,
  left,
  lineShown,
  lying,
  memberLeft,
  notFetched,
  onItsWay,
  opened,
  picture,
  placeWanted,
  play,
  playWith,
  ready,
  resumed,
  say,
  sentFile,
  text,
  told,
  trayShown,
  typing,
  words,
  type Scene,
} from './story.ts';

type Effects = ReturnType<Scene['on']>['does'];

const fetching = (name: string, to = agent) => ['fetch the file', { agent: to, person: ann, file: onItsWay(name) }];
const settled = (name: string, to = agent) => ['settle the file', { agent: to, person: ann, file: onItsWay(name) }];
const deletion = (name: string, to = agent) => ['delete the file', { agent: to, ...lying(name).there }];
const line = (name: string, bytes: number | null = 3) => ({ name: `${name}.png`, bytes });
const filesWait = (files: ReturnType<typeof line>[], failed: { name: string; why: 'too big' }[] = []) =>
  ({ key: 'files wait', files, failed }) as const;
const failedToFetch = (name: string) => ({ name: `${name}.png`, why: 'too big' as const });
const changed = (notice: ReturnType<typeof filesWait>) => [
  'change the notice',
  { of: id('tray'), notice, answers: null },
];
const list: RoomEvent = { type: 'command.list', eventId: id('list'), sender: ann };
const remove = (number: number | null, all = false): RoomEvent => ({
  ...{ type: 'command.remove', eventId: id('remove'), sender: ann },
  ...{ number, all },
});
const withdrawn = (name: string): RoomEvent => ({ type: 'text.withdrawn', of: id(name) });
const filesGone = (...names: string[]): RoomEvent => ({ type: 'files.gone', of: names.map(id) });
const withFiles = (name: string, ...files: TrayFile[]) => ({ ...words(name), files });
const ofTheTray = (effects: Effects) => effects.filter(([type]) => /say|notice|file/.test(type));

/** One picture waits and its person knows it. */
const one = idle.after(picture('a'), fetched('a'));
const oneTold = one.after(one.end('burst'), trayShown);
/** The agent has a text with it. */
const atWork = (scene: Scene, turn = 1) => scene.after(granted(turn), opened(turn), ready({}, turn));
const sent = atWork(one.after(text('1')));
const failure = ended('failed', null, 'agent-error');

const another = AgentId.parse('another');

describe('a file without a word', () => {
  it.each(each(everywhere))('is fetched, and waits: %s', (at, scene) => {
    expect(scene.on(picture('a'))).toEqual({
      at,
      does: [fetching('a')],
      changes: { tray: [onItsWay('a')], burst: { notice: null, failed: [], shown: null } },
    });
    const there = scene.after(picture('a')).on(fetched('a'));
    expect([there.at, there.does, there.changes]).toEqual([at, [settled('a')], { tray: [lying('a')] }]);
  });

  it('is called as it is called in the workspace', () => {
    const renamed = { ...fetched('a'), name: 'a (1).png' } as RoomEvent;
    expect(idle.after(picture('a'), renamed).context.tray).toEqual([{ ...lying('a'), name: 'a (1).png' }]);
  });

  it('stands in a thread, or in none', () => {
    const { tray } = idle.after({ ...picture('a'), thread: id('root') }).context;
    expect(tray).toEqual([{ ...onItsWay('a'), thread: id('root') }]);
  });

  it('that nobody can fetch is told of', () => {
    const hidden: RoomEvent = { ...picture('a'), file: { ...picture('a').file!, url: null } };
    expect(idle.on(hidden)).toEqual({ at: 'idle', does: [say({ key: 'file cannot be read' }, 'a')], changes: {} });
  });

  it.each<[string, Scene]>([
    ['unclaimed', play()],
    ['pointing', play(invited(ann, agent, 'entry'), joined)],
    ['refusing', play(invited(ann, agent, 'refused'), joined)],
  ])('is not fetched in a room that is %s', (at, scene) => {
    const { does, changes } = scene.on(picture('a'));
    expect(scene.at).toBe(at);
    expect([does.filter(([type]) => type === 'fetch the file'), changes.tray]).toEqual([[], undefined]);
  });
});

describe('the notice of files', () => {
  it('comes a moment after the first one, and is one for all of them', () => {
    const three = idle.after(picture('a'), picture('b'), fetched('a'), picture('c'));
    expect(three.timers).toEqual({ burst: 1_000 });
    const notice = filesWait([line('a'), line('b', null), line('c', null)]);
    expect(three.on(three.end('burst'))).toEqual({
      at: 'idle',
      does: [say(notice, null)],
      changes: { burst: { notice: null, failed: [], shown: { files: 3, there: 1, failed: 0 } } },
    });
  });

  it('changes with them, at most once a second', () => {
    const three = idle.after(picture('a'), picture('b'));
    const shown = three.after(three.end('burst'), trayShown);
    expect([shown.timers, shown.context.burst?.notice]).toEqual([{ burstEnd: 60_000 }, id('tray')]);
    const more = shown.after(fetched('a'), picture('c'), fetched('b'));
    expect(more.timers).toEqual({ burst: 1_000 });
    expect(more.on(more.end('burst')).does).toEqual([changed(filesWait([line('a'), line('b'), line('c', null)]))]);
    expect(more.after(more.end('burst')).timers).toEqual({ burstEnd: 60_000 });
  });

  it('that came late says at once what came while it was on its way', () => {
    const early = one.after(one.end('burst'), picture('b'));
    expect(early.timers).toEqual({});
    const late = early.after(trayShown);
    expect(late.timers).toEqual({ burst: 1_000 });
    expect(late.on(late.end('burst')).does).toEqual([changed(filesWait([line('a'), line('b', null)]))]);
  });

  it('stands still after a minute: the next files have one of their own, which lists all', () => {
    const still = oneTold.after(oneTold.end('burstEnd'));
    expect([still.context.burst, still.timers]).toEqual([null, {}]);
    const next = still.after(picture('b'));
    expect(next.on(next.end('burst')).does).toEqual([say(filesWait([line('a'), line('b', null)]), null)]);
  });

  it('waits for a file that takes longer', () => {
    const slow = idle.after(picture('a'));
    const shown = slow.after(slow.end('burst'), trayShown);
    const later = shown.after(shown.end('burstEnd'));
    expect([later.context.burst, later.timers]).toEqual([shown.context.burst, shown.timers]);
    const there = later.after(fetched('a'));
    expect(there.on(there.end('burst')).does).toEqual([changed(filesWait([line('a')]))]);
  });

  it('is not said of what goes with a text at once', () => {
    const gone = idle.after(picture('a'), text('1'));
    expect([gone.context.burst, gone.timers]).toEqual([null, { patience: 3_000 }]);
    const goneLater = oneTold.after(text('1'));
    expect([goneLater.context.burst, goneLater.timers]).toEqual([null, {}]);
    const more = oneTold.after(picture('b'), text('1'));
    expect(more.context.burst).toBeNull();
  });

  it('that the homeserver refuses is not tried again until more comes', () => {
    const refused = one.after(one.end('burst'), { type: 'tray.refused' });
    expect([refused.context.burst, refused.timers, refused.context.tray]).toEqual([null, {}, [lying('a')]]);
  });

  it('of a file that is taken back says so', () => {
    expect(oneTold.on(withdrawn('a'))).toEqual({
      at: 'idle',
      does: [deletion('a'), changed(filesWait([]))],
      changes: { tray: [], burst: null },
    });
    expect(oneTold.after(picture('b'), notFetched('b')).on(withdrawn('a')).does).toEqual([
      deletion('a'),
      changed(filesWait([], [failedToFetch('b')])),
    ]);
    const two = oneTold.after(picture('b'), fetched('b'), withdrawn('a'));
    expect(two.on(two.end('burst')).does).toEqual([changed(filesWait([line('b')]))]);
  });
});

describe('a file that cannot be fetched', () => {
  it('is not in the tray, and the notice says why', () => {
    const { does, changes } = idle.after(picture('a')).on(notFetched('a'));
    expect([does, changes]).toEqual([
      [],
      { tray: [], burst: { notice: null, failed: [failedToFetch('a')], shown: null } },
    ]);
    const gone = idle.after(picture('a'), picture('b'), notFetched('a'));
    expect(gone.on(gone.end('burst')).does).toEqual([say(filesWait([line('b', null)], [failedToFetch('a')]), null)]);
    const alone = idle.after(picture('a'), notFetched('a'));
    expect(alone.on(alone.end('burst')).does).toEqual([say(filesWait([], [failedToFetch('a')]), null)]);
    expect(alone.after(alone.end('burst'), trayShown).context.burst).toBeNull();
  });

  it('is told of in the notice that stands, whatever state that is in', () => {
    const two = idle.after(picture('a'), picture('b'));
    const meanwhile = two.after(two.end('burst'), notFetched('a'), trayShown);
    const shown = two.after(two.end('burst'), trayShown);
    const scenes = [meanwhile, shown.after(notFetched('a')), shown.after(fetched('b'), notFetched('a'))];
    for (const scene of scenes)
      expect(scene.on(scene.end('burst')).does).toEqual([
        changed(filesWait([scene === scenes[2] ? line('b') : line('b', null)], [failedToFetch('a')])),
      ]);
  });

  it('leaves the text that took it, which goes without it', () => {
    const held = idle.after(picture('a'), fetched('a'), picture('b'), text('1'));
    const { at, does, changes } = held.on(notFetched('b'));
    expect([at, does, changes.turn?.text]).toEqual([
      'asking / waiting for a place',
      [typing, placeWanted()],
      withFiles('1', lying('a')),
    ]);
    const told = held.after(notFetched('b'));
    expect(told.on(told.end('burst')).does).toEqual([say(filesWait([], [failedToFetch('b')]), null)]);
    expect(idle.after(picture('a'), text('1'), notFetched('a')).context.turn?.text).toEqual(words('1'));
  });

  it('does not go unsaid where its person asks for the list', () => {
    for (const ask of [list, remove(1)]) {
      const early = idle.after(picture('a'), picture('b'), notFetched('b'), ask);
      expect(early.on(early.end('burst')).does).toEqual([
        say(filesWait(ask === list ? [line('a', null)] : [], [failedToFetch('b')]), null),
      ]);
    }
    const known = idle.after(picture('a'), picture('b'));
    const shown = known.after(known.end('burst'), trayShown, notFetched('b'), list);
    expect(shown.on(shown.end('burst')).does).toEqual([changed(filesWait([line('a', null)], [failedToFetch('b')]))]);
  });

  it('of which nobody knows any more is nothing', () => {
    expect(idle.on(notFetched('a'))).toEqual({ at: 'idle', does: [], changes: {} });
    expect(oneTold.on(notFetched('b'))).toEqual({ at: 'idle', does: [], changes: {} });
  });
});

describe('the next text', () => {
  it('takes all files, in their order', () => {
    const { at, does, changes } = one.after(picture('b'), fetched('b')).on(text('1'));
    expect([at, does]).toEqual(['asking / waiting for a place', [typing, placeWanted()]]);
    expect([changes.tray, changes.turn?.text]).toEqual([[], withFiles('1', lying('a'), lying('b'))]);
    expect(atWork(one.after(text('1'))).context.turn?.text).toEqual(withFiles('1', lying('a')));
  });

  it.each(each({ idle, interrupted }))('waits while one is on its way: %s', (at, scene) => {
    const held = scene.after(picture('a')).on(text('2'));
    expect([held.at, held.does]).toEqual([at, []]);
    expect([held.changes.waiting, held.changes.tray]).toEqual([[withFiles('2', onItsWay('a'))], []]);
    const goes = scene.after(picture('a'), text('2')).on(fetched('a'));
    expect([goes.at, goes.changes.waiting, goes.changes.turn?.text]).toEqual([
      'asking / waiting for a place',
      [],
      withFiles('2', lying('a')),
    ]);
  });

  it('is said to wait where that takes longer', () => {
    const held = idle.after(picture('a'), text('1'));
    expect(held.on(held.end('patience')).does).toEqual([say({ key: 'text waits for its files' }, '1')]);
    const shown = held.after(held.end('patience'), lineShown);
    expect(shown.on(fetched('a')).does).toContainEqual(['take back', { event: id('line') }]);
  });

  it('that comes behind it keeps its place', () => {
    const held = idle.after(picture('a'), text('1'), text('2'));
    expect(held.context.waiting).toEqual([withFiles('1', onItsWay('a')), words('2')]);
    const goes = held.after(fetched('a'));
    expect([goes.context.turn?.text.eventId, goes.context.waiting]).toEqual([id('1'), [words('2')]]);
    const next = goes.after(granted(), opened(), ready()).on(ended('done', null));
    expect(next.changes.turn?.text).toEqual(words('2'));
  });

  it('behind a running turn takes them along, and waits until they are there', () => {
    const held = streaming.after(picture('a'), text('2'));
    expect([held.context.tray, held.context.waiting]).toEqual([[], [withFiles('2', onItsWay('a'))]]);
    const over = held.after(ended('done', 'answer'), delivered());
    expect([over.at, over.context.waiting]).toEqual(['idle', [withFiles('2', onItsWay('a'))]]);
    expect(over.after(fetched('a')).context.turn?.text).toEqual(withFiles('2', lying('a')));
    expect(finishing.after(picture('a'), text('2')).context.waiting).toEqual([withFiles('2', onItsWay('a'))]);
  });

  it('that has no place in the queue leaves them in the tray', () => {
    const scene = playWith({ queue: 1 }, invited(), joined, text('1'), text('2'), picture('a'));
    expect(scene.on(text('3'))).toEqual({
      at: 'asking / waiting for a place',
      does: [say({ key: 'queue is full', limit: 1 }, '3')],
      changes: {},
    });
  });

  it('is no command', () => {
    const save: RoomEvent = { type: 'saves.told', answers: id('save'), ask: { for: 'save', name: 'plans' }, saves: [] };
    expect([one.after(save).context.turn?.text.files, one.after(save).context.tray]).toEqual([undefined, [lying('a')]]);
    expect(one.on(command('status')).changes).toEqual({});
  });

  it('that is stopped while it waits is dropped, and its files wait again', () => {
    const held = idle.after(picture('a'), text('1'));
    for (const all of [{}, { all: true as const }]) {
      const stop: RoomEvent = { type: 'command.stop', eventId: id('stop'), sender: ann, ...all };
      expect(held.on(stop)).toEqual({
        at: 'idle',
        does: [say({ key: 'line is dropped', texts: 1 }, 'stop'), say({ key: 'files are kept', files: 1 }, 'stop')],
        changes: { waiting: [], tray: [onItsWay('a')] },
      });
    }
    const behind = streaming.after(picture('a'), text('2'));
    const all: RoomEvent = { type: 'command.stop', all: true, eventId: id('stop'), sender: ann };
    expect(behind.after(all).context.tray).toEqual([onItsWay('a')]);
  });

  it('waits on where !clear comes before it, which says so', () => {
    expect(one.on(clear).does.at(-1)).toEqual(say({ key: 'cleared', waiting: 0, files: 1 }, 'clear'));
    expect(one.after(clear).context.tray).toEqual([lying('a')]);
  });

  it('goes into the new conversation where !clear comes before it', () => {
    const held = idle.after(picture('a'), text('1'));
    expect(held.on(clear).does.at(-1)).toEqual(say({ key: 'cleared', waiting: 1 }, 'clear'));
    const goes = held.after(clear, fetched('a'));
    expect([goes.context.turn?.text, goes.context.turn?.contextId]).toEqual([withFiles('1', lying('a')), '8']);
  });
});

describe('texts that are asked together', () => {
  const together = playWith({ queued: 'together' }, invited(), joined, text('1'), granted(), opened(), ready());
  const both = together.after(picture('a'), fetched('a'), text('2'), picture('b'), fetched('b'), text('3'));

  it('bring the files of all of them', () => {
    const { turn } = both.after(ended('done', null)).context;
    expect([turn?.text.body, turn?.text.files]).toEqual(['words 2\n\nwords 3', [lying('a'), lying('b')]]);
  });

  it('do not wait for those of others', () => {
    const slow = together.after(text('2'), picture('b'), text('3'), ended('done', null));
    expect([slow.context.turn?.text.body, slow.context.waiting]).toEqual(['words 2', [withFiles('3', onItsWay('b'))]]);
  });

  it('keep them once where one of the texts is taken back', () => {
    const more = both.after(text('4'), ended('done', null), withdrawn('2'));
    expect(more.context.turn?.text.files).toEqual([lying('a'), lying('b')]);
    expect([more.context.tray, more.context.waiting]).toEqual([[], []]);
  });
});

describe('!list', () => {
  it('says what waits, in numbers', () => {
    const two = one.after(picture('b'));
    expect(two.on(list).does).toEqual([say({ key: 'your files', files: [line('a'), line('b', null)] }, 'list')]);
  });

  it.each(each(everywhere))('says that nothing waits: %s', (at, scene) => {
    expect([scene.on(list), scene.on(remove(1)), scene.on(remove(null, true))]).toEqual([
      { at, does: [say({ key: 'no files wait' }, 'list')], changes: {} },
      { at, does: [say({ key: 'no files wait' }, 'remove')], changes: {} },
      { at, does: [say({ key: 'no files wait' }, 'remove')], changes: {} },
    ]);
  });

  it('says that what is not in the tray any more goes with a text in line', () => {
    const held = streaming.after(picture('a'), fetched('a'), text('2'));
    expect(held.on(list).does).toEqual([say({ key: 'no files wait', inLine: 1 }, 'list')]);
    expect(held.on(remove(1)).does).toEqual([say({ key: 'no files wait', inLine: 1 }, 'remove')]);
  });

  it('takes the place of the notice', () => {
    for (const scene of [one, oneTold, oneTold.after(picture('b'))])
      expect([scene.on(list).changes, scene.after(list).timers]).toEqual([{ burst: null }, {}]);
  });
});

describe('!remove', () => {
  const two = one.after(picture('b'), fetched('b'));

  it('takes one out, deletes it, and shows the new list', () => {
    expect(two.on(remove(1))).toEqual({
      at: 'idle',
      does: [deletion('a'), say({ key: 'your files', files: [line('b')], removed: 'a.png' }, 'remove')],
      changes: { tray: [lying('b')], burst: null },
    });
    expect(one.on(remove(1)).does).toEqual([
      deletion('a'),
      say({ key: 'your files', files: [], removed: 'a.png' }, 'remove'),
    ]);
  });

  it('takes the place of the notice', () => {
    for (const scene of [oneTold, oneTold.after(picture('b'))])
      expect([scene.after(remove(1)).context.burst, scene.after(remove(1)).timers]).toEqual([null, {}]);
  });

  it('takes all of them out', () => {
    expect(two.on(remove(null, true))).toEqual({
      at: 'idle',
      does: [deletion('a'), deletion('b'), say({ key: 'all files are removed', files: 2 }, 'remove')],
      changes: { tray: [], burst: null },
    });
  });

  it.each([0, 3, 1_000, null])('of %s says which numbers there are, and changes nothing', (number) => {
    const quiet = two.after(list);
    expect(quiet.on(remove(number))).toEqual({
      at: 'idle',
      does: [say({ key: 'file number is wrong', count: 2 }, 'remove')],
      changes: {},
    });
  });

  it('of one that is on its way deletes it when it comes', () => {
    const removed = idle.after(picture('a'), remove(1));
    expect([removed.context.tray, removed.timers]).toEqual([[], {}]);
    expect(removed.on(fetched('a'))).toEqual({ at: 'idle', does: [settled('a'), deletion('a')], changes: {} });
  });
});

describe('what is said of a file that cannot be fetched', () => {
  const captioned = withItsWords({ ...picture('b'), file: { ...picture('b').file!, caption: 'look' } }, 'stage');

  it('is not asked without it: it is kept, and what it took waits again', () => {
    const { at, does, changes } = one.after(...captioned).on(notFetched('b', 'too big'));
    expect([at, does]).toEqual(['idle', []]);
    expect(changes).toEqual({
      waiting: [],
      tray: [lying('a')],
      unanswered: [{ text: { ...words('b'), body: 'look' }, why: 'failed' }],
      burst: { notice: null, failed: [{ name: 'b.png', why: 'too big', silences: true }], shown: null },
    });
  });

  it('is asked by !retry', () => {
    const kept = one.after(...captioned, notFetched('b', 'too big'));
    const { text: asked } = kept.after(command('retry')).context.turn!;
    expect([asked.body, asked.files]).toEqual(['look', undefined]);
  });
});

describe('a message with a file that is taken back', () => {
  it('takes the file out of the tray', () => {
    const quiet = one.after(picture('b'), fetched('b'), list);
    expect(quiet.on(withdrawn('a'))).toEqual({ at: 'idle', does: [deletion('a')], changes: { tray: [lying('b')] } });
  });

  it('takes it out of the text that waits with it', () => {
    const held = streaming.after(picture('a'), fetched('a'), text('2'));
    const { at, does, changes } = held.on(withdrawn('a'));
    expect([at, does, changes]).toEqual([streaming.at, [deletion('a')], { waiting: [words('2')] }]);
    const slow = idle.after(picture('a'), text('1'));
    const goes = slow.on(withdrawn('a'));
    expect([goes.at, goes.changes.turn?.text]).toEqual(['asking / waiting for a place', words('1')]);
  });

  it('takes it out of the turn', () => {
    const { at, does, changes } = one.after(text('1')).on(withdrawn('a'));
    expect([at, does, changes.turn?.text]).toEqual(['asking / waiting for a place', [deletion('a')], words('1')]);
    expect(sent.on(withdrawn('a')).does).toEqual([deletion('a')]);
  });

  it('goes with its words, where it has some', () => {
    const captioned = withItsWords({ ...picture('a'), file: { ...picture('a').file!, caption: 'look' } }, 'stage');
    const held = streaming.after(...captioned, fetched('a'));
    expect(held.on(withdrawn('a')).changes).toEqual({ waiting: [] });
    expect(held.on(withdrawn('a')).does).toContainEqual(deletion('a'));
    const begun = idle.after(...captioned, fetched('a'));
    expect(begun.context.turn?.text).toEqual({ ...words('a'), body: 'look', files: [lying('a')] });
    const over = begun.on(withdrawn('a'));
    expect([over.at, over.does, over.changes]).toEqual(['idle', [closed(), hidden, deletion('a')], { turn: null }]);
  });
});

describe('a text that is taken back', () => {
  it('leaves its files in the tray', () => {
    const held = streaming.after(picture('a'), fetched('a'), text('2'));
    expect(held.on(withdrawn('2')).changes).toEqual({ waiting: [], tray: [lying('a')] });
  });

  it('leaves them also where the agent has not got it yet, and says so', () => {
    const { at, does, changes } = one.after(text('1')).on(withdrawn('1'));
    expect([at, does, changes]).toEqual([
      'idle',
      [closed(), hidden, told({ key: 'files are kept', files: 1 })],
      { turn: null, tray: [lying('a')] },
    ]);
  });
});

describe('files of a turn', () => {
  it('are gone when it is done', () => {
    const done = sent.after(ended('done', 'answer'), delivered());
    expect([done.context.tray, done.context.last]).toEqual([[], [withFiles('1', lying('a'))]]);
  });

  const kept = told({ key: 'files are kept', files: 1, again: true });

  it.each<[string, Scene, RoomEvent, Effects[number][]]>([
    ['failed', sent, failure, [alerted({ key: 'trouble', trouble: 'agent-error' }), kept]],
    ['was stopped', sent.after(command('stop')), ended('stopped', null), [told({ key: 'stopped' }), kept]],
    ['was interrupted', sent, resumed, [alerted({ key: 'interrupted' }), kept]],
  ])('wait again where it %s, and that is said', (_, scene, event, said) => {
    const { does, changes } = scene.on(event);
    expect([ofTheTray(does), changes.tray]).toEqual([said, [lying('a')]]);
  });

  it('wait again where it was stopped before it began', () => {
    const { does, changes } = one.after(text('1')).on(command('stop'));
    expect([ofTheTray(does).at(-1), changes.tray]).toEqual([kept, [lying('a')]]);
  });

  it('wait before those that came meanwhile', () => {
    expect(sent.after(picture('b'), failure).context.tray).toEqual([lying('a'), onItsWay('b')]);
  });

  it('go along with !retry, and wait once where that fails too', () => {
    const over = sent.after(failure);
    const again = over.after(command('retry'));
    expect([again.context.tray, again.context.turn?.text]).toEqual([[], withFiles('1', lying('a'))]);
    const twice = atWork(again, 2).after(ended('failed', null, 'agent-error', 2));
    expect(twice.context.tray).toEqual([lying('a')]);
    const done = atWork(again, 2).after(ended('done', null, null, 2));
    expect(done.context.tray).toEqual([]);
  });

  it('go along with the next text as well, but not with both', () => {
    const next = sent.after(failure, text('2'));
    expect([next.context.turn?.text, next.context.tray]).toEqual([withFiles('2', lying('a')), []]);
    const held = streaming.after(picture('b'), fetched('b'), text('2'), ended('failed', null, 'agent-error'));
    expect(held.context.turn?.text).toEqual(withFiles('2', lying('b')));
  });

  it('are asked again behind another turn by !retry, out of the tray', () => {
    const later = sent.after(failure, text('2'), command('retry'));
    expect(later.context.waiting).toEqual([]);
    const other = sent.after(failure, remove(1), text('2'));
    expect(other.context.unanswered.map(({ text }) => text)).toEqual([words('1')]);
    const named = sent.after(failure, clear, text('2'));
    expect(named.context.turn?.text).toEqual(withFiles('2', lying('a')));
  });

  it('that !retry asks behind another turn leave the tray', () => {
    const busy = atWork(one.after(text('1'))).after(failure, picture('b'));
    const retry = { type: 'command.retry', eventId: id('retry'), sender: ann, replyTo: id('1') } as const;
    const save: RoomEvent = { type: 'saves.told', answers: id('save'), ask: { for: 'save', name: 'plans' }, saves: [] };
    const held = busy.after(save, retry);
    expect([held.context.waiting, held.context.tray]).toEqual([[withFiles('1', lying('a'))], [onItsWay('b')]]);
  });

  it('are gone with a turn that !clear discards', () => {
    const over = sent.after(clear).on(ended('stopped', null));
    expect([over.does, over.changes]).toEqual([[closed(), hidden], { turn: null }]);
  });

  it('that vanished are named, and go along with nothing', () => {
    expect(sent.on(filesGone('a'))).toEqual({
      at: sent.at,
      does: [['say', { notice: { key: 'files are gone', names: ['a.png'] }, answers: null }]],
      changes: { turn: { ...sent.context.turn, text: words('1') } },
    });
    const quiet = one.after(list);
    expect(quiet.on(filesGone('a')).changes).toEqual({ tray: [] });
    expect(quiet.on(filesGone('x'))).toEqual({ at: 'idle', does: [], changes: {} });
  });
});

describe('a hundred files', () => {
  const names = Array.from({ length: 100 }, (_, n) => `f${n}`);
  const many = idle.after(...names.map(picture));

  it('may wait, and no more', () => {
    expect(many.context.tray.length).toBe(100);
    expect(many.on(picture('x'))).toEqual({
      at: 'idle',
      does: [say({ key: 'too many files wait', limit: 100 }, 'x')],
      changes: {},
    });
  });

  it('are counted with the text that took them', () => {
    expect(many.after(text('1')).on(picture('x')).does).toEqual([say({ key: 'too many files wait', limit: 100 }, 'x')]);
    const begun = many.after(text('1'), ...names.map((name) => fetched(name)));
    expect(begun.context.turn?.text.files?.length).toBe(100);
    expect(begun.on(picture('x')).does).toEqual([say({ key: 'too many files wait', limit: 100 }, 'x')]);
    const over = atWork(begun).after(ended('done', null));
    expect(over.on(picture('x')).does).toEqual([fetching('x')]);
  });

  it('that cannot be fetched are all told of', () => {
    expect(many.after(...names.map((name) => notFetched(name))).context.burst?.failed.length).toBe(100);
  });
});

describe('another agent', () => {
  const other = another;
  const takesOver = assigned('chat', other);

  it('has the files of the tray fetched anew', () => {
    const { does, changes } = one.after(list).on(takesOver);
    expect(does.filter(([type]) => type === 'fetch the file')).toEqual([fetching('a', other)]);
    expect(changes.tray).toEqual([onItsWay('a')]);
    const next = one.after(takesOver);
    // What comes for the agent of before is not wanted any more.
    expect(next.on(fetched('a')).does).toEqual([settled('a'), deletion('a')]);
    expect(next.after(fetched('a', other)).context.tray).toEqual([lying('a')]);
  });

  it('waits for those of a text that waits', () => {
    const held = streaming.after(picture('a'), fetched('a'), text('2'), takesOver);
    expect(held.context.waiting).toEqual([withFiles('2', onItsWay('a'))]);
    const over = held.after(ended('done', null));
    expect([over.at, over.context.waiting]).toEqual(['idle', [withFiles('2', onItsWay('a'))]]);
    expect(over.after(fetched('a', other)).context.turn?.text).toEqual(withFiles('2', lying('a')));
  });

  it.each<[string, Scene]>([
    ['waits for a place', one.after(text('1'))],
    ['is on its way', one.after(text('1'), granted(), opened())],
  ])('waits for those of a text that %s', (_, scene) => {
    const { at, does, changes } = scene.on(takesOver);
    expect([at, changes.waiting, changes.turn]).toEqual(['idle', [withFiles('1', onItsWay('a'))], null]);
    expect(does.filter(([type]) => type === 'fetch the file')).toEqual([fetching('a', other)]);
    const goes = scene.after(takesOver, fetched('a', other));
    expect([goes.at, goes.context.turn?.text]).toEqual(['asking / waiting for a place', withFiles('1', lying('a'))]);
  });

  it('has what was not answered asked with them', () => {
    const over = sent.after(failure, takesOver);
    expect(over.context.tray).toEqual([onItsWay('a')]);
    const early = over.after(command('retry'));
    expect([early.at, early.context.waiting, early.context.tray]).toEqual([
      'idle',
      [withFiles('1', onItsWay('a'))],
      [],
    ]);
    expect(early.after(fetched('a', other)).context.turn?.text).toEqual(withFiles('1', lying('a')));
    const failed = sent.after(takesOver, fetched('a', other), failure);
    expect(failed.context.tray).toEqual([lying('a')]);
  });

  it('is not asked again about files that it never saw', () => {
    const done = sent.after(ended('done', null), takesOver);
    expect(done.context.last).toEqual([words('1')]);
  });
});

describe('a file that the agent sends', () => {
  const path = '/workspace/a.txt';
  const sending = (...paths: string[]) => [
    'send the files',
    { agent, person: ann, paths, answers: id('1'), relation: { isReply: true } },
  ];

  it('goes behind the answer', () => {
    const both = streaming.after(sentFile(), sentFile(1, 'b'), ended('done', 'answer'));
    expect(both.on(delivered()).does).toEqual([closed(), hidden, sending(path, '/workspace/b.txt')]);
  });

  it('is one of the agent that has the turn, also where the room has another one by now', () => {
    const both = streaming.after(sentFile(), assigned('chat', another), sentFile(1, 'b'), ended('done', 'answer'));
    expect(both.on(delivered()).does).toEqual([closed(), hidden, sending(path, '/workspace/b.txt')]);
    expect(both.after(delivered(), text('2'), granted(2)).context.turn?.agent).toBe(undefined);
  });

  it('is an answer also without a word', () => {
    const alone = streaming.after(sentFile()).on(ended('done', null));
    const [name, params] = sending(path) as [string, object];
    expect([alone.at, alone.does]).toEqual(['idle', [closed(), hidden, [name, { ...params, isAll: true }]]]);
  });

  it('is sent once, also where a turn that is asked again says it again', () => {
    expect(streaming.after(sentFile()).on(sentFile())).toEqual({ at: streaming.at, does: [], changes: {} });
  });

  it.each<[string, Scene, RoomEvent]>([
    ['fails', streaming, failure],
    ['is stopped', stopping, ended('stopped', null)],
    ['is interrupted', streaming, resumed],
  ])('is sent also where the turn %s', (_, scene, event) => {
    expect(scene.after(sentFile()).on(event).does).toContainEqual(sending(path));
  });

  it('of another turn, or of one that was discarded, is none', () => {
    expect(streaming.on(sentFile(7))).toEqual({ at: streaming.at, does: [], changes: {} });
    const dropped = streaming.after(sentFile(), clear).on(ended('stopped', null));
    expect(dropped.does).toEqual([closed(), hidden]);
  });

  it('are no more than a hundred a turn', () => {
    const many = streaming.after(...Array.from({ length: 101 }, (_, index) => sentFile(1, `${index}`)));
    expect(many.context.turn?.sends?.length).toBe(100);
  });

  it('before a question is sent at the end too', () => {
    const asks = streaming.after(sentFile(), asked());
    expect(asks.context.turn?.sends).toEqual([path]);
  });

  it('that could not be sent is named with its reason', () => {
    const failed = [{ path, why: 'outside' as const }];
    const event = (some: typeof failed): RoomEvent => ({ type: 'files.sent', answers: id('1'), failed: some });
    expect(idle.on(event(failed))).toEqual({
      at: 'idle',
      does: [say({ key: 'files were not sent', files: failed }, '1')],
      changes: {},
    });
    expect(idle.on(event([]))).toEqual({ at: 'idle', does: [], changes: {} });
    const notice = { key: 'files were not sent', files: failed };
    expect(idle.on({ ...event(failed), nothing: true } as RoomEvent).does).toEqual([
      ['say', { notice, answers: id('1'), mentions: ann }],
    ]);
  });
});

describe('where every file goes at once', () => {
  const goes = (scene: Scene, name: string) => scene.after(...withItsWords(picture(name), 'immediate'));

  it('it goes by itself, with words that say that it is one', () => {
    const begun = goes(idle, 'a').after(fetched('a')).context.turn?.text;
    expect(begun).toEqual({ ...words('a'), body: '(A file: a.png)', files: [lying('a')], forFiles: true });
  });

  it('and cannot be fetched, the agent hears nothing, and its person why', () => {
    const { at, changes } = goes(idle, 'a').on(notFetched('a'));
    expect([at, changes.waiting, changes.turn]).toEqual(['idle', [], undefined]);
    const over = goes(idle, 'a').after(notFetched('a'));
    expect(over.on(over.end('burst')).does).toEqual([say(filesWait([], [failedToFetch('a')]), null)]);
  });

  it('nobody can ask again about a file that was removed', () => {
    const failed = atWork(goes(idle, 'a').after(fetched('a'))).after(failure, remove(1));
    expect(failed.context.unanswered).toEqual([]);
  });
});

describe('a room that is given up', () => {
  it('has no files any more', () => {
    const refused = one.after(assigned('refused'));
    expect([refused.context.tray, refused.context.burst]).toEqual([[], null]);
    expect(refused.on(fetched('b')).does).toEqual([settled('b'), deletion('b')]);
    expect(one.on(left)).toEqual({ at: 'left', does: [], changes: {} });
    for (const event of [notFetched('b'), filesGone('b'), trayShown, { type: 'tray.refused' } as const])
      expect(refused.on(event)).toEqual({ at: 'refusing', does: [], changes: {} });
    expect(refused.on({ type: 'files.sent', answers: id('1'), failed: [] }).does).toEqual([]);
  });

  it('by its person keeps them until they come back', () => {
    const held = streaming.after(picture('a'), fetched('a'), text('2'));
    expect(held.after(memberLeft()).context.tray).toEqual([lying('a')]);
  });
});

describe('a chat of a Space', () => {
  it('takes files as any other, also where its person is found by what they write', () => {
    expect(play(adopted(), picture('a')).context.tray).toEqual([onItsWay('a')]);
    expect(play(claimed(), picture('a')).context.tray).toEqual([onItsWay('a')]);
    expect(waiting.after(picture('a')).at).toBe(waiting.at);
  });
});

describe('somebody else comes to the room', () => {
  it('to none of the files of whoever was there: what still comes of them is deleted', () => {
    const left = idle.after(picture('a'), fetched('a'), picture('b'), invited(bob));
    expect([left.context.person, left.context.tray, left.context.burst]).toEqual([bob, [], null]);
    expect(left.after(text('1')).context.turn?.text.files).toBeUndefined();
    const late = left.on(fetched('b')).does.map(([type]) => type);
    expect(late).toEqual(['settle the file', 'delete the file']);
  });
});
