import { describe, expect, it } from 'vitest';
import {
  asking,
  awaitingStatus,
  beforeTheTurnIsSent,
  each,
  failed,
  finishing,
  questionLeft,
  resting,
  stopping,
  streaming,
} from './scenes.ts';
import {
  clear,
  closed,
  delivered,
  ended,
  granted,
  hidden,
  opened,
  placeWanted,
  ready,
  say,
  stopWanted,
  text,
  typing,
} from './story.ts';

const cleared = (waiting: number) => say({ key: 'cleared', waiting }, 'clear');

describe('!clear', () => {
  it.each(each({ ...resting, failed, questionLeft }))('at rest gives a new context and forgets: %s', (_, scene) => {
    const next = scene.on(clear);
    expect([next.at, next.does]).toEqual(['idle', [cleared(0)]]);
    const { contextId, session, unanswered, question } = scene.after(clear).context;
    expect({ contextId, session, unanswered, question }).toEqual({
      contextId: '8',
      session: null,
      unanswered: null,
      question: null,
    });
  });

  it.each(each(beforeTheTurnIsSent))('ends at once what the agent has not seen: %s', (_, scene) => {
    expect(scene.on(clear)).toEqual({
      at: 'idle',
      does: [closed(), hidden, cleared(0)],
      changes: { turn: null, contextId: '8' },
    });
  });

  it('has the texts that wait answered in the new context', () => {
    const scene = Object.values(beforeTheTurnIsSent)[0]!.after(text('2'));
    expect(scene.on(clear).does).toEqual([closed(), hidden, cleared(1), typing, placeWanted(2)]);
    expect(scene.after(clear).context.turn?.contextId).toBe('8');
  });

  it.each([
    ['streaming', streaming, {}],
    ['awaiting confirmation', asking, { question: null }],
  ])('asks the agent to stop first: %s', (_, scene, changes) => {
    expect(scene.on(clear)).toEqual({
      at: 'asking / stopping',
      does: [stopWanted(), cleared(0)],
      changes: { contextId: '8', ...changes },
    });
  });

  it.each([
    ['asking / stopping', stopping],
    ['asking / finishing', finishing],
  ])('lets come to its end what is ending: %s', (at, scene) => {
    expect(scene.on(clear)).toEqual({ at, does: [cleared(0)], changes: { contextId: '8' } });
    expect(scene.after(clear).timers).toEqual(scene.timers);
  });

  it('forgets the session: another one is no surprise', () => {
    const known = awaitingStatus.after(ready({ session: 's1' }), ended('done', 'answer'), delivered());
    const next = [text('2'), granted(2), opened(2)];
    const afresh = say({ key: 'agent starts afresh' }, '2');
    expect(known.after(...next).on(ready({ session: 's2' }, 2)).does).toContainEqual(afresh);
    expect(known.after(clear, ...next).on(ready({ session: 's2' }, 2)).does).not.toContainEqual(afresh);
  });
});
