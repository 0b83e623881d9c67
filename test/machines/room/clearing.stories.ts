import { describe, expect, it } from 'vitest';
import { ContextId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import {
  asking,
  awaitingStatus,
  beforeTheTurnIsSent,
  discarded,
  each,
  everywhere,
  failed,
  finishing,
  full,
  idle,
  questionLeft,
  resting,
  stopping,
  streaming,
  waiting,
} from './scenes.ts';
import {
  leftBehind,
  agent,
  ann,
  clear,
  closed,
  command,
  delivered,
  ended,
  granted,
  hidden,
  invited,
  joined,
  marked,
  opened,
  placeWanted,
  play,
  ready,
  resumed,
  say,
  sentFile,
  stopWanted,
  text,
  typing,
  wished,
  words,
  type Scene,
  told,
} from './story.ts';

const anew = marked({ contextId: ContextId.parse('8') });
const cleared = (waiting: number) => [anew, say({ key: 'cleared', waiting }, 'clear')];

/** What the agent has not seen waits again. */
const waitingAfter = ({ at }: Scene) => (at in beforeTheTurnIsSent ? 1 : 0);

const { diary: _, ...before } = waiting.context;

describe('!clear', () => {
  it.each(each({ ...resting, failed, questionLeft }))('at rest gives a new context and forgets: %s', (_, scene) => {
    const next = scene.on(clear);
    expect([next.at, next.does]).toEqual(['idle', cleared(0)]);
    const { contextId, session, unanswered, question } = scene.after(clear).context;
    expect({ contextId, session, unanswered, question }).toEqual({
      contextId: '8',
      session: null,
      unanswered: [],
      question: null,
    });
  });

  it.each(each(beforeTheTurnIsSent))('takes what the agent has not seen along: %s', (_, scene) => {
    const { at, does } = scene.on(clear);
    const { diary: __, ...now } = scene.after(clear).context;
    expect({ at, does, now }).toEqual({
      at: 'asking / waiting for a place',
      does: [closed(), hidden, ...cleared(1), typing, placeWanted(2)],
      now: {
        ...before,
        contextId: '8',
        pushes: leftBehind(),
        turns: 2,
        turn: { ...waiting.context.turn, id: 2, contextId: '8', waited: true },
      },
    });
  });

  it('takes it along in front of the texts that wait', () => {
    const scene = waiting.after(text('2'));
    expect(scene.on(clear)).toEqual({
      at: 'asking / waiting for a place',
      does: [closed(), hidden, ...cleared(2), typing, placeWanted(2)],
      changes: {
        ...{ contextId: '8', pushes: leftBehind(), turns: 2 },
        turn: { ...waiting.context.turn, id: 2, contextId: '8', waited: true },
      },
    });
  });

  it('takes it along even where the queue is full', () => {
    const { waiting: texts, turn } = full(waiting).context;
    const next = full(waiting).after(clear).context;
    expect([next.turn?.text, next.waiting]).toEqual([turn?.text, texts]);
  });

  const discardedTurn = { ...streaming.context.turn, discarded: true };

  it.each([
    ['streaming', streaming, {}],
    ['awaiting confirmation', asking, { question: null }],
  ])('discards what the agent has seen and has it stopped: %s', (_, scene, changes) => {
    expect(scene.on(clear)).toEqual({
      at: 'asking / stopping',
      does: [anew, stopWanted(), say({ key: 'cleared', waiting: 0 }, 'clear')],
      changes: { contextId: '8', pushes: leftBehind(), turn: discardedTurn, ...changes },
    });
  });

  it('discards what is being stopped', () => {
    expect(stopping.on(clear)).toEqual({
      at: 'asking / stopping',
      does: cleared(0),
      changes: { contextId: '8', pushes: leftBehind(), turn: discardedTurn },
    });
    expect(stopping.after(clear).timers).toEqual({ stopLimit: 5_000 });
  });

  it.each<[string, RoomEvent]>([
    ['stops', ended('stopped', null)],
    ['stops with a piece of an answer', ended('stopped', 'half')],
    ['was faster', ended('done', 'answer')],
    ['was faster and silent', ended('done', null)],
    ['fails', ended('failed', 'half', 'connection-lost')],
    ['does not stop in time', discarded.end('stopLimit')],
    ['is gone after a restart', resumed],
  ])('says nothing more about what it discarded when the agent %s', (_, event) => {
    expect(discarded.on(event)).toEqual({ at: 'idle', does: [closed(), hidden], changes: { turn: null } });
  });

  it('says nothing of a file of what it discarded', () => {
    expect(discarded.on(sentFile())).toEqual({ at: 'asking / stopping', does: [], changes: {} });
    expect(stopping.after(sentFile()).context.turn?.sends).toEqual(['/workspace/a.txt']);
    const sent = streaming.after(sentFile());
    expect(sent.after(clear).on(ended('stopped', null)).does).toEqual([closed(), hidden]);
  });

  it('leaves nothing to be retried, and the texts that wait begin in the new context', () => {
    const next = streaming.after(text('2'), clear, ended('stopped', null));
    expect(next.context).toEqual({
      ...idle.context,
      diary: next.context.diary,
      contextId: '8',
      pushes: leftBehind(),
      turns: 2,
      turn: { ...streaming.context.turn, id: 2, text: words('2'), contextId: '8', waited: true },
    });
    expect(next.on(command('retry')).does).toEqual([say({ key: 'still being written' }, 'retry')]);
  });

  it('lets an answer under way come to its end', () => {
    expect(finishing.on(clear)).toEqual({
      at: 'asking / finishing',
      does: cleared(0),
      changes: { contextId: '8', pushes: leftBehind() },
    });
    expect(finishing.after(clear).on(delivered())).toEqual({
      at: 'idle',
      does: [closed(), hidden],
      changes: { turn: null, last: [words('1')] },
    });
  });

  it('forgets what was answered', () => {
    const answered = finishing.after(delivered());
    expect(answered.after(clear).on(command('retry')).does).toEqual([say({ key: 'nothing to retry' }, 'retry')]);
  });

  it.each(each(everywhere))('says so where the agent has one memory for everything: %s', (_, scene) => {
    const { contextId } = scene.context;
    const theirs = scene.after({ type: 'context.assigned', contextId, oneMemory: true });
    const next = theirs.on(clear);
    expect(next.does).toContainEqual(anew);
    expect(next.does).toContainEqual(wished({ type: 'context.chosen', contextId: ContextId.parse('8') }));
    expect(next.does).toContainEqual(say({ key: 'cleared', waiting: waitingAfter(scene), oneMemory: true }, 'clear'));
    const heard = theirs.after(clear).on({ type: 'context.chosen', contextId: ContextId.parse('8') });
    expect(heard.does).toEqual([]);
  });

  it('asks and tells of all rooms there, also once the conversation is saved', () => {
    const theirs = idle.after({ type: 'context.assigned', contextId: idle.context.contextId, oneMemory: true });
    const asked = theirs.on({ ...clear, type: 'clear.wanted' });
    expect(asked.does).toEqual([say({ key: 'clear is meant?', oneMemory: true }, 'clear')]);
  });

  it('forgets the session: another one is no surprise', () => {
    const known = awaitingStatus.after(ready({ session: 's1' }), ended('done', 'answer'), delivered());
    const next = [text('2'), granted(2), opened(2)];
    const afresh = told({ key: 'agent starts afresh' }, '2', 2);
    expect(known.after(...next).on(ready({ session: 's2' }, 2)).does).toContainEqual(afresh);
    expect(known.after(clear, ...next).on(ready({ session: 's2' }, 2)).does).not.toContainEqual(afresh);
  });
});

describe('another context, by the operator', () => {
  const assigned: RoomEvent = { type: 'context.assigned', contextId: ContextId.parse('77'), oneMemory: false };

  it.each(each(everywhere))('is told, and asked in from now on: %s', (at, scene) => {
    const { turn, question } = scene.context;
    const does = [marked({ contextId: ContextId.parse('77') }), say({ key: 'agent starts afresh' }, null)];
    const now = scene.on(assigned);
    expect([now.at, now.does]).toEqual([at, does]);
    const next = scene.after(assigned);
    expect([next.context.contextId, next.context.session]).toEqual(['77', null]);
    expect([next.context.turn, next.context.question]).toEqual([
      turn && { ...turn, contextId: '77' },
      turn && question,
    ]);
  });

  it('needs no word where no agent answers', () => {
    const entry = play(invited(ann, agent, 'entry'), joined);
    expect(entry.on(assigned)).toEqual({
      at: 'pointing',
      does: [],
      changes: { contextId: '77', pushes: leftBehind() },
    });
  });
});

describe('a new conversation, begun in another room with the same memory', () => {
  const contextId = ContextId.parse('77');

  it.each(each(everywhere))('is told, and gone on with: %s', (at, scene) => {
    const now = scene.on({ type: 'context.chosen', contextId });
    expect([now.at, now.does]).toEqual([at, [marked({ contextId }), say({ key: 'cleared elsewhere' }, null)]]);
    const { context } = scene.after({ type: 'context.chosen', contextId });
    expect([context.contextId, context.session, context.loaded]).toEqual([contextId, null, null]);
  });

  it('is nothing new where it began', () => {
    const { contextId: known } = idle.context;
    expect(idle.on({ type: 'context.chosen', contextId: known })).toEqual({ at: 'idle', does: [], changes: {} });
  });

  it('needs no word where nothing but the operator’s choice changed', () => {
    const { contextId: known } = idle.context;
    const assigned: RoomEvent = { type: 'context.assigned', contextId: known, oneMemory: true };
    expect(idle.on(assigned)).toEqual({ at: 'idle', does: [], changes: { oneMemory: true } });
  });
});
