import { describe, expect, it } from 'vitest';
import { AgentId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { awaitingStatus, backingOff, connecting, streaming } from './scenes.ts';
import {
  agent,
  closed,
  granted,
  hidden,
  opened,
  placeWanted,
  ready,
  unreachable,
  words,
  type Scene,
  alerted,
} from './story.ts';

/** After so many failed tries, with the next one under way. */
function tried(times: number, jitter = 0): Scene {
  let scene = connecting;
  for (let n = 0; n < times; n++) {
    const paused = scene.after(unreachable(jitter));
    scene = paused.after(paused.end('backoff'), granted());
  }
  return scene;
}

describe('an agent that cannot be reached', () => {
  it.each([
    ['connecting', connecting],
    ['awaiting status', awaitingStatus],
  ])('is left alone for a while: %s', (_, scene) => {
    expect(scene.on(unreachable(0.5))).toEqual({
      at: 'asking / working / backing off',
      does: [closed()],
      changes: { turn: { ...scene.context.turn, attempts: 1, pauseMs: 375 } },
    });
  });

  it('is left alone likewise once the text was handed over: the link says so only when nothing was written', () => {
    expect(streaming.on(unreachable(0.5))).toEqual({
      at: 'asking / working / backing off',
      does: [closed()],
      changes: { turn: { ...streaming.context.turn, attempts: 1, pauseMs: 375 } },
    });
    const again = streaming.after(unreachable());
    expect(again.after(again.end('backoff'), granted(), opened()).on(ready())).toEqual({
      at: 'asking / working / streaming',
      does: [['send the user message', { turn: 1, text: words('1') }]],
      changes: {},
    });
  });

  it.each([
    [1, 250, 500],
    [2, 500, 1_000],
    [3, 1_000, 2_000],
    [4, 2_000, 4_000],
  ])('pause %i lies between %i and %i ms', (n, least, most) => {
    const pause = (jitter: number) => tried(n - 1).after(unreachable(jitter)).timers.backoff;
    expect([pause(0), pause(1)]).toEqual([least, most]);
  });

  it('is given up after the fifth try, and the person is told', () => {
    expect(tried(4).on(unreachable())).toEqual({
      at: 'idle',
      does: [closed(), hidden, alerted({ key: 'trouble', trouble: 'unreachable' })],
      changes: { turn: null, unanswered: [{ text: words('1'), why: 'failed' }] },
    });
  });

  it('has no more than five tries when it was ready between them', () => {
    const scene = tried(4).after(opened(), ready());
    expect(scene.context.turn).toEqual({ ...streaming.context.turn, attempts: 4, pauseMs: 2_000 });
    expect(scene.on(unreachable())).toEqual({
      at: 'idle',
      does: [closed(), hidden, alerted({ key: 'trouble', trouble: 'unreachable' })],
      changes: { turn: null, unanswered: [{ text: words('1'), why: 'failed' }] },
    });
  });

  it('is tried again after the pause', () => {
    expect(backingOff.on(backingOff.end('backoff'))).toEqual({
      at: 'asking / waiting for a place',
      does: [placeWanted()],
      changes: {},
    });
    expect(backingOff.after(backingOff.end('backoff')).timers).toEqual({});
  });

  it('is tried at once when another room reached it', () => {
    const reachable: RoomEvent = { type: 'agent.reachable', agent };
    expect(backingOff.on(reachable)).toEqual({
      at: 'asking / waiting for a place',
      does: [placeWanted()],
      changes: {},
    });
    expect(backingOff.on({ ...reachable, agent: AgentId.parse('another') })).toEqual({
      at: 'asking / working / backing off',
      does: [],
      changes: {},
    });
    expect(connecting.on(reachable)).toEqual({ at: 'asking / working / connecting', does: [], changes: {} });
  });
});
