import { describe, expect, it } from 'vitest';
import { AgentId, ContextId } from '../../../machines/ids.ts';
import type { EndPush, Push, WorkPush } from '../../../machines/pushes.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { asking, busy, each, finishing, idle, interrupted, streaming } from './scenes.ts';
import {
  adopted,
  agent,
  ann,
  apart,
  archived,
  asked,
  bob,
  assigned,
  clear,
  claimed,
  command,
  delivered,
  delivery,
  ended,
  id,
  invited,
  joined,
  left,
  play,
  playWith,
  resumed,
  say,
  shown,
  text,
  type Scene,
} from './story.ts';

const here = { agent, contextId: ContextId.parse('7') };
const pushed = (push: Push, at: Partial<typeof here> = {}): RoomEvent => ({
  type: 'agent.pushed',
  ...here,
  ...at,
  push,
});
const end = (about: Partial<EndPush> = {}): EndPush => ({
  ...{ id: 'p', print: 'x', task: '', kind: 'done', answer: { markdown: 'It is done.' }, files: [] },
  ...about,
});
const work = (step: number, name = `w${step}`, task = 'report'): WorkPush => ({
  ...{ id: name, print: 'x', task, kind: 'progress', work: { on: 'reading', step, steps: 3 } },
});
const taskTold = (name: string | null = 'task', task = 'report'): RoomEvent => ({
  type: 'task.told',
  ...{ task, eventId: name === null ? null : id(name) },
});

const delivers = (push: EndPush = end()) => [
  'deliver the push',
  { push: push.id, agent, person: ann, answer: push.answer, files: push.files },
];
const rings = (key: 'agent is done' | 'agent failed') => ['say', { notice: { key }, answers: null, mentions: ann }];
const tells = (step: number, task = 'report') => [
  'say',
  { notice: { key: 'agent goes on', on: 'reading', step, steps: 3 }, answers: null, task },
];
const changes = (step: number) => [
  'change the notice',
  { of: id('task'), notice: { key: 'agent goes on', on: 'reading', step, steps: 3 }, answers: null },
];
const takenBack = (name = 'task') => ['take back', { event: id(name) }];
const sends = (paths: string[], isAll?: true) => [
  'send the files',
  { agent, person: ann, paths, answers: null, ...(isAll && { isAll }) },
];
const known = (scene: Scene) => scene.context.pushes.known;
const telling = idle.after(pushed(work(1)), taskTold());
const growing = streaming.after(shown());

describe('what an agent pushes', () => {
  it('is said where nothing runs, and is known from then on', () => {
    expect(idle.on(pushed(end()))).toEqual({
      at: 'idle',
      does: [delivers()],
      changes: { pushes: { ...idle.context.pushes, known: ['p:x'] } },
    });
  });

  it('is said once, also where the same id comes with other words', () => {
    const said = idle.after(pushed(end()));
    expect(said.on(pushed(end())).does).toEqual([]);
    expect(said.on(pushed(end({ print: 'y' })))).toEqual({ at: 'idle', does: [], changes: {} });
    expect(said.on(pushed(end({ id: 'q' }))).does).toEqual([delivers(end({ id: 'q' }))]);
  });

  it('is said in words of ours where the agent has none', () => {
    expect(idle.on(pushed(end({ answer: null }))).does).toEqual([rings('agent is done')]);
    expect(idle.on(pushed(end({ answer: null, kind: 'failed' }))).does).toEqual([rings('agent failed')]);
  });

  it('brings its files behind its words, in one breath where there are none', () => {
    const withFiles = end({ files: ['a.txt'] });
    expect(idle.on(pushed(withFiles)).does).toEqual([delivers(withFiles)]);
    const said: RoomEvent = { type: 'push.delivered', agent, person: ann, files: ['a.txt'] };
    expect(idle.after(pushed(withFiles)).on(said).does).toEqual([sends(['a.txt'])]);
    expect(idle.on({ ...said, files: [] }).does).toEqual([]);
    expect(idle.on(pushed(end({ answer: null, files: ['a.txt'] }))).does).toEqual([sends(['a.txt'], true)]);
    expect(idle.on(pushed(end({ answer: null, kind: 'failed', files: ['a.txt'] }))).does).toEqual([
      rings('agent failed'),
      sends(['a.txt']),
    ]);
    expect(idle.on({ type: 'files.sent', answers: null, failed: [{ path: 'a.txt', why: 'missing' }] }).does).toEqual([
      say({ key: 'files were not sent', files: [{ path: 'a.txt', why: 'missing' }] }, null),
    ]);
  });

  it('is said in an archived chat, and after a turn that was interrupted', () => {
    const chat = play(invited(), joined, adopted(), archived());
    expect(chat.on(pushed(end(), { contextId: chat.context.contextId })).does).toEqual([delivers()]);
    expect(interrupted.on(pushed(end())).does).toEqual([delivers()]);
  });

  it.each<[string, Scene]>([
    ['of another conversation', idle.after(clear)],
    ['in a room of nobody', play()],
    ['at an entry', play(invited(ann, agent, 'entry'))],
    ['to somebody whom no agent serves', idle.after(assigned('refused'))],
    ['in a room that the bot left', play(claimed('chat', 'configured', { number: 1, name: 'Chat 1' })).after(left)],
  ])('is not said %s', (_, scene) => {
    expect(scene.on(pushed(end()))).toEqual({ at: scene.at, does: [], changes: {} });
    const files: RoomEvent = { type: 'push.delivered', agent, person: ann, files: ['a.txt'] };
    if (scene.at !== 'idle') expect(scene.on(files).does).toEqual([]);
  });

  it('is not said where it comes of another agent', () => {
    expect(idle.on(pushed(end(), { agent: AgentId.parse('another') })).does).toEqual([]);
    const another = idle.after(assigned('chat', AgentId.parse('another')));
    expect(another.on(pushed(end())).does).toEqual([]);
  });

  it('is known for as many as there may be', () => {
    const room = playWith({ mostPushes: 2 }, invited(), joined);
    const three = room.after(...['a', 'b', 'c'].map((name) => pushed(end({ id: name }))));
    expect(known(three)).toEqual(['b:x', 'c:x']);
    expect(three.on(pushed(end({ id: 'b' }))).does).toEqual([]);
  });
});

describe('the conversations that a room has left', () => {
  it('are known, as many as there may be, with the agent that they were of', () => {
    expect(idle.after(clear).context.pushes.retired).toEqual([here]);
    const moved = idle.after({ type: 'context.chosen', contextId: ContextId.parse('9') });
    expect(moved.context.pushes.retired).toEqual([here]);
    const room = playWith({ mostRetired: 1 }, invited(), joined, clear);
    const second = room.after({ ...clear, contextId: ContextId.parse('10') });
    expect(second.context.pushes.retired).toEqual([{ agent, contextId: '8' }]);
  });

  it('are forgotten where the room begins anew with its person', () => {
    const anew = idle.after(clear, pushed(end(), { contextId: ContextId.parse('8') }), invited(bob));
    expect(anew.context.pushes).toEqual({ known: [], held: [], tasks: [], retired: [] });
    expect(idle.after(clear, assigned('refused')).context.pushes.retired).toEqual([]);
  });
});

describe('while a turn runs', () => {
  it.each(each(busy))('it is said at once where nothing of the answer is seen yet: %s', (_, scene) => {
    expect(scene.on(pushed(end())).does).toEqual([delivers(), apart()]);
    expect(scene.after(pushed(end())).context.turn?.waited).toBe(true);
  });

  it('it waits where an answer grows, and comes when that is complete', () => {
    const held = growing.on(pushed(end()));
    expect(held.does).toEqual([]);
    expect(held.changes.pushes?.held).toEqual([end()]);
    const done = growing.after(pushed(end()), ended('done', 'answer'));
    expect(done.at).toBe('asking / finishing');
    const over = done.on(delivered());
    expect(over.does.at(-1)).toEqual(delivers());
    expect(over.changes.pushes?.held).toEqual([]);
  });

  it.each<[string, Scene, RoomEvent[]]>([
    ['the turn fails', growing, [ended('failed', null, 'agent-error')]],
    ['the person stops it', growing, [command('stop'), ended('stopped', null)]],
    ['the service was away', growing, [resumed]],
    ['the agent asks', growing, [asked(undefined, 1, 'So far.')]],
  ])('it comes when %s', (_, scene, [...events]) => {
    const last = events.pop() as RoomEvent;
    const { does } = scene.after(pushed(end()), ...events).on(last);
    expect(does.filter(([type]) => type === 'deliver the push')).toEqual([delivers()]);
  });

  it('it stands between a question and what follows it', () => {
    const held = growing.after(pushed(end()));
    const { does } = held.on(asked(undefined, 1, 'So far.'));
    expect(does.at(-1)).toEqual(apart());
    expect(held.after(asked(undefined, 1, 'So far.')).context.turn?.waited).toBe(true);
    expect(asking.on(pushed(end())).does).toEqual([delivers(), apart()]);
  });

  it('all that waits comes in its order, in words of ours and files as well', () => {
    const files = end({ id: 'b', answer: null, files: ['a.txt'] });
    const failed = end({ id: 'c', answer: null, kind: 'failed' });
    const held = growing.after(pushed(end()), pushed(files), pushed(failed), ended('done', 'answer'));
    const said = held.on(delivered()).does.slice(-3);
    expect(said).toEqual([delivers(), sends(['a.txt'], true), rings('agent failed')]);
  });

  it('no more wait than there may: whoever pushes tries again', () => {
    const room = playWith({ mostPushesHeld: 1 }, invited(), joined);
    const busyRoom = room.after(text('1'), ...turn(), shown(), pushed(end()));
    expect(busyRoom.on(pushed(end({ id: 'q' })))).toEqual({ at: busyRoom.at, does: [], changes: {} });
    expect(known(busyRoom)).toEqual(['p:x']);
    const over = busyRoom.after(ended('done', null));
    expect(over.on(pushed(end({ id: 'q' }))).does).toEqual([delivers(end({ id: 'q' }))]);
  });

  it('what waited is said after a clear too, and not to somebody who is refused meanwhile', () => {
    const cleared = growing.after(pushed(end()), clear);
    expect(cleared.on(ended('stopped', null)).does.filter(([type]) => type === 'deliver the push')).toEqual([
      delivers(),
    ]);
    const refused = growing.after(pushed(end())).on(assigned('refused'));
    expect(refused.does.filter(([type]) => type === 'deliver the push')).toEqual([]);
    expect(refused.changes.pushes?.held).toEqual([]);
  });

  it('a push of a turn that is finishing comes behind the answer by the order of deliveries', () => {
    expect(finishing.on(pushed(end())).does).toEqual([delivers(), apart()]);
    expect(streaming.on(ended('done', 'answer')).does).toEqual([delivery('answer')]);
  });
});

describe('what goes on', () => {
  it('is one quiet notice a task, which changes with it', () => {
    const told = idle.on(pushed(work(1)));
    expect(told.does).toEqual([tells(1)]);
    expect(telling.on(pushed(work(2))).does).toEqual([changes(2)]);
    expect(telling.after(pushed(work(2))).on(pushed(work(2, 'w2b'))).does).toEqual([]);
    expect(telling.on(pushed(work(1, 'other', 'letter'))).does).toEqual([tells(1, 'letter')]);
  });

  it('is told while an answer grows as well', () => {
    expect(growing.on(pushed(work(1))).does).toEqual([tells(1)]);
  });

  it('changes once the notice stands, where it went on meanwhile', () => {
    const before = idle.after(pushed(work(1)), pushed(work(2)));
    expect(before.on(taskTold()).does).toEqual([changes(2)]);
  });

  it('is told anew where the notice was refused', () => {
    const refused = idle.after(pushed(work(1)), taskTold(null));
    expect(refused.context.pushes.tasks).toEqual([]);
    expect(refused.on(pushed(work(2))).does).toEqual([tells(2)]);
  });

  it('goes with the end of its task', () => {
    const over = end({ task: 'report' });
    expect(telling.on(pushed(over)).does).toEqual([takenBack(), delivers(over)]);
    expect(telling.after(pushed(over)).context.pushes.tasks).toEqual([]);
    expect(telling.on(pushed(end())).does).toEqual([delivers()]);
    const held = telling.after(text('1'), ...turn(), shown());
    expect(held.on(pushed(over)).does).toEqual([takenBack()]);
  });

  it('that is told too late is taken back', () => {
    const over = idle.after(pushed(work(1)), pushed(end({ task: 'report' })));
    expect(over.on(taskTold('late')).does).toEqual([takenBack('late')]);
    expect(telling.on(taskTold('late')).does).toEqual([takenBack('late')]);
    expect(idle.after(assigned('refused')).on(taskTold('late')).does).toEqual([takenBack('late')]);
    expect(idle.on(taskTold(null)).does).toEqual([]);
  });

  it('makes room for another where there are too many', () => {
    const room = playWith({ mostPushTasks: 1 }, invited(), joined, pushed(work(1)), taskTold());
    expect(room.on(pushed(work(1, 'other', 'letter'))).does).toEqual([takenBack(), tells(1, 'letter')]);
  });

  it.each<[string, RoomEvent]>([
    ['!clear', clear],
    ['another agent', assigned('chat', AgentId.parse('another'))],
    ['a refusal', assigned('refused')],
  ])('is told no more after %s', (_, event) => {
    const { does } = telling.on(event);
    expect(does.filter(([type]) => type === 'take back')).toEqual([takenBack()]);
    expect(telling.after(event).context.pushes.tasks).toEqual([]);
  });
});

function turn(): RoomEvent[] {
  const of = { turn: 1 as never };
  return [
    { type: 'place.granted', ...of },
    { type: 'connection.opened', ...of },
    { type: 'agent.ready', ...of, idempotent: false, confirmations: false, session: null },
  ];
}
