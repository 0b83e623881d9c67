import { createActor, SimulatedClock } from 'xstate';
import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { roomMachine } from '../../../machines/room.machine.ts';
import {
  asked,
  claimed,
  command,
  ended,
  granted,
  opened,
  ready,
  testLimits,
  text,
  unreachable,
  untouched,
} from './story.ts';

/** A live room under a clock that the test moves. */
function live(...events: RoomEvent[]) {
  const clock = new SimulatedClock();
  const actor = createActor(roomMachine, { input: { ...untouched, limits: testLimits }, clock }).start();
  [claimed(), ...events].forEach((event) => actor.send(event));
  const at = () => (actor.getSnapshot().value as { serving: { conversation: unknown } }).serving.conversation;
  const pass = (ms: number) => {
    clock.increment(ms);
    return at();
  };
  return { actor, at, pass, context: () => actor.getSnapshot().context };
}

const sent = [text('1'), granted(), opened(), ready({ confirmations: true })];

describe('with a clock', () => {
  it('the pause after a failed try ends by itself', () => {
    const room = live(text('1'), granted(), unreachable(1));
    expect([room.pass(499), room.pass(1)]).toEqual([
      { asking: { working: 'backing off' } },
      { asking: 'waiting for a place' },
    ]);
  });

  it('work ends after half an hour, and five seconds later without the agent’s help', () => {
    const room = live(...sent);
    expect([room.pass(1_799_999), room.pass(1), room.pass(4_999), room.pass(1)]).toEqual([
      { asking: { working: 'streaming' } },
      { asking: 'stopping' },
      { asking: 'stopping' },
      'idle',
    ]);
  });

  it('a question is open for an hour, in which the time of working stands still', () => {
    const room = live(...sent, asked());
    expect([room.pass(3_599_999), room.pass(1), room.context().question]).toEqual([
      { asking: 'awaiting confirmation' },
      { asking: { working: 'streaming' } },
      null,
    ]);
    expect(room.pass(1_799_999)).toEqual({ asking: { working: 'streaming' } });
    expect(room.pass(1)).toEqual({ asking: 'stopping' });
  });

  it('no time is over after the turn', () => {
    const room = live(...sent, command('stop'), ended('stopped', null));
    expect(room.pass(100_000_000)).toBe('idle');
    const context = room.context();
    room.pass(100_000_000);
    expect(room.context()).toBe(context);
  });
});
