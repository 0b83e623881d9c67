import { describe, expect, it } from 'vitest';
import {
  asking,
  awaitingStatus,
  beforeTheTurnIsSent,
  each,
  finishing,
  idle,
  streaming,
  streamingAble,
} from './scenes.ts';
import {
  agent,
  ann,
  assigned,
  closed,
  command,
  delivered,
  ended,
  hidden,
  id,
  invited,
  left,
  placeWanted,
  play,
  ready,
  resumed,
  text,
  typing,
  words,
  worked,
  workShown,
  type Scene,
} from './story.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';

const working = streaming.after(worked());
const told = working.after(workShown());

const tells = (answers = '1') => ({
  ...{ notice: { key: 'working', on: 'search', step: 1, steps: 2 }, answers: id(answers), turn: 1 },
});
const takenBack = (name = 'work') => ['take back', { event: id(name) }];
const takesBack = (scene: Scene, event: RoomEvent) => scene.on(event).does.filter(([type]) => type === 'take back');

describe('what the agent does meanwhile', () => {
  it('is told once a turn, by a notice that answers no message and rings for nobody', () => {
    expect(streaming.on(worked())).toEqual({
      at: 'asking / working / streaming',
      does: [['say', tells()]],
      changes: { turn: { ...streaming.context.turn, work: null } },
    });
    expect(working.on(worked('another thing')).does).toEqual([]);
    expect(told.on(worked('another thing')).does).toEqual([]);
  });

  it('goes on in the notice, once it stands', () => {
    expect(working.on(workShown())).toEqual({
      at: 'asking / working / streaming',
      does: [['go on showing the work', { turn: 1, notice: id('work'), answers: id('1') }]],
      changes: { turn: { ...streaming.context.turn, work: id('work') } },
    });
  });

  it('is told in the thread of the text', () => {
    const inThread: RoomEvent = { type: 'text.received', text: { ...words('1'), thread: id('root') } };
    const scene = idle.after(inThread, ...turnTo());
    expect(scene.on(worked()).does).toEqual([['say', { ...tells(), relation: { thread: id('root') } }]]);
  });

  it('is not told of another turn, of one that nobody waits for, or of what is done with its memory', () => {
    expect(streaming.on(worked('search', 2)).does).toEqual([]);
    expect(idle.on(worked()).does).toEqual([]);
    const withdrawn = streaming.after({ type: 'text.withdrawn', of: id('1') });
    expect(withdrawn.on(worked()).does).toEqual([]);
    const saves: RoomEvent = {
      type: 'text.received',
      text: { ...words('1'), task: { kind: 'save', name: 'plans' } },
    };
    expect(idle.after(saves, ...turnTo()).on(worked()).does).toEqual([]);
  });
});

describe('the notice of it', () => {
  it.each<[string, Scene, RoomEvent]>([
    ['the answer is delivered', told.after(ended('done', 'answer')), delivered()],
    ['nothing was said', told, ended('done', null)],
    ['the turn failed', told, ended('failed', null, 'agent-error')],
    ['it was stopped', told.after(command('stop')), ended('stopped', null)],
    ['the service was away', told, resumed],
    ['the text is gone', told.after({ type: 'text.withdrawn', of: id('1') }), ended('stopped', null)],
    ['nobody serves them any more', told, assigned('refused')],
  ])('is taken back when the turn is over: %s', (_, scene, event) => {
    expect(takesBack(scene, event)).toEqual([takenBack()]);
    expect(scene.after(event).context.turn).toBeNull();
  });

  it('stays while the answer is on its way, and while the agent asks', () => {
    expect(takesBack(told, ended('done', 'answer'))).toEqual([]);
    const question: RoomEvent = {
      type: 'agent.asked',
      turn: asking.context.turn?.id as never,
      question: { id: 'q', text: 'Shall I?', expiresInMs: null },
    };
    expect(takesBack(told, question)).toEqual([]);
  });

  it('is another one when the same turn runs again', () => {
    const again = streamingAble.after(worked(), workShown());
    expect(again.on(resumed)).toEqual({
      at: 'asking / waiting for a place',
      does: [closed(), hidden, takenBack(), typing, placeWanted()],
      changes: { turn: streamingAble.context.turn },
    });
    const second = again.after(resumed, ...turnTo());
    expect(second.on(worked()).does).toEqual([['say', tells()]]);
  });

  it.each<[string, Scene]>([
    ['the turn is over', working.after(ended('done', null))],
    ['it is of another turn', working.after(ended('done', null), text('2'))],
    ['its turn began anew', streamingAble.after(worked(), resumed)],
    ['another one stands', told],
    ['nobody serves them any more', working.after(assigned('refused'))],
    ['the answer is delivered', working.after(ended('done', 'answer'), delivered())],
  ])('that comes too late is taken back: %s', (_, scene) => {
    expect(scene.on(workShown(1, 'late')).does).toEqual([takenBack('late')]);
  });

  it('is left to itself where the bot is out', () => {
    const numbered = play(invited(ann, agent, 'chat'));
    expect(takesBack(numbered, left)).toEqual([]);
  });

  it.each(each(beforeTheTurnIsSent))('is none before the agent has the text: %s', (_, scene) => {
    expect(scene.context.turn?.work).toBeUndefined();
    expect(finishing.context.turn?.work).toBeUndefined();
    expect(awaitingStatus.on(ready()).does.filter(([type]) => type === 'say')).toEqual([]);
  });
});

function turnTo(): RoomEvent[] {
  return [{ type: 'place.granted', turn: 1 as never }, { type: 'connection.opened', turn: 1 as never }, ready()];
}
