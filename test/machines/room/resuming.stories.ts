import { describe, expect, it } from 'vitest';
import {
  asking,
  askingAble,
  beforeTheTurnIsSent,
  each,
  finishing,
  idle,
  interrupted,
  stopping,
  streaming,
  streamingAble,
} from './scenes.ts';
import {
  closed,
  delivered,
  granted,
  hidden,
  opened,
  placeWanted,
  ready,
  resumed,
  shown,
  typing,
  words,
  alerted,
  told,
} from './story.ts';

const cutOff = {
  at: 'interrupted',
  does: [closed(), hidden, alerted({ key: 'interrupted' })],
  changes: { turn: null, unanswered: [{ text: words('1'), why: 'interrupted' }] },
};

/** Typing is shown again, the connection is gone, a place is wanted again. */
const afresh = [closed(), hidden, typing, placeWanted()];

describe('after a restart', () => {
  it.each(each({ idle, interrupted, 'asking / finishing': finishing }))('nothing is to be done: %s', (at, scene) => {
    expect(scene.on(resumed)).toEqual({ at, does: [], changes: {} });
  });

  it('an answer under way is delivered as ever', () => {
    expect(finishing.after(resumed, delivered()).at).toBe('idle');
  });

  it.each(each(beforeTheTurnIsSent))('a turn that the agent has not seen waits for a place again: %s', (_, scene) => {
    expect(scene.on(resumed)).toEqual({ at: 'asking / waiting for a place', does: afresh, changes: {} });
    expect(scene.after(resumed).timers).toEqual({});
  });

  it.each([
    ['streaming', streaming],
    ['awaiting confirmation', asking],
  ])('a turn that may have run is not run again: %s', (_, scene) => {
    expect(scene.on(resumed)).toEqual(cutOff);
    expect(scene.after(resumed).timers).toEqual({});
  });

  it.each([
    ['streaming', streamingAble, {}],
    ['awaiting confirmation', askingAble, { question: null }],
  ])('it is run again where the agent runs a repeated message only once: %s', (_, scene, changes) => {
    expect(scene.on(resumed)).toEqual({ at: 'asking / waiting for a place', does: afresh, changes });
  });

  it('the repeated turn continues in the message that shows its beginning', () => {
    const again = streamingAble.after(shown(), resumed);
    expect(again.on(granted()).does).toEqual([
      ['open the connection', expect.objectContaining({ turn: 1, preview: '$preview', mayHaveBegun: true }) as unknown],
    ]);
    expect(again.after(granted(), opened()).on(ready()).does).toEqual([
      ['send the user message', { turn: 1, text: words('1') }],
    ]);
  });

  it('a turn that was being stopped is stopped', () => {
    expect(stopping.on(resumed)).toEqual({
      at: 'idle',
      does: [closed(), hidden, told({ key: 'stopped' })],
      changes: { turn: null, unanswered: [{ text: words('1'), why: 'stopped' }] },
    });
  });
});
