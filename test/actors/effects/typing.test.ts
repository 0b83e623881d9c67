import { describe, expect, it } from 'vitest';
import { createTyping } from '../../../src/actors/effects/typing.ts';
import { RoomId } from '../../../machines/ids.ts';
import { createFakeAlarm } from '../../support/fake-alarm.ts';
import { settled } from '../../support/until.ts';

const A = RoomId.parse('!a:test');
const B = RoomId.parse('!b:test');

/** Typing whose requests are answered at once, or, `held`, when the test does. */
function typist(held = false) {
  const alarm = createFakeAlarm(0);
  const calls: string[] = [];
  const answers: (() => void)[] = [];
  const typing = createTyping(
    (room, ms) => {
      calls.push(`${room} ${ms} at ${alarm.now()}`);
      return held ? new Promise((resolve) => answers.push(resolve)) : Promise.resolve();
    },
    alarm,
    alarm.now,
  );
  return { typing, alarm, calls, answers };
}

/** When a wish is fulfilled, ms after it. */
const DELAY = 150;

describe('typing', () => {
  it('is shown and hidden as wished, and once', async () => {
    const { typing, calls, alarm } = typist();
    typing.wish(A, true);
    typing.wish(A, true);
    alarm.advance(DELAY);
    await settled();
    typing.wish(A, true);
    await settled();
    expect(calls).toEqual([`${A} 30000 at 150`]);
    typing.wish(A, false);
    typing.wish(A, false);
    await settled();
    expect(calls.slice(1)).toEqual([`${A} 0 at 150`]);
    expect(alarm.pending()).toEqual([]);
  });

  it('begins a while after the wish, counted from the first', async () => {
    const { typing, calls, alarm } = typist();
    typing.wish(A, true);
    alarm.advance(100);
    typing.wish(A, true);
    alarm.advance(49);
    await settled();
    expect(calls).toEqual([]);
    expect(alarm.pending()).toEqual([150]);
    alarm.advance(1);
    await settled();
    expect(calls).toEqual([`${A} 30000 at 150`]);
  });

  it('is not shown for a wish that is taken back before it began', async () => {
    const { typing, calls, alarm } = typist();
    typing.wish(A, true);
    alarm.advance(DELAY - 1);
    typing.wish(A, false);
    await settled();
    expect(alarm.pending()).toEqual([]);
    alarm.advance(100_000);
    await settled();
    expect(calls).toEqual([]);

    typing.wish(A, true);
    alarm.advance(DELAY);
    await settled();
    expect(calls).toEqual([`${A} 30000 at 100299`]);
  });

  it('is renewed before it fades, for as long as it is wished', async () => {
    const { typing, calls, alarm } = typist();
    typing.wish(A, true);
    alarm.advance(DELAY);
    await settled();
    for (let second = 0; second < 50; second++) {
      alarm.advance(1_000);
      await settled();
    }
    expect(calls).toEqual([`${A} 30000 at 150`, `${A} 30000 at 22150`, `${A} 30000 at 44150`]);
    typing.wish(A, false);
    await settled();
    alarm.advance(100_000);
    await settled();
    expect(calls.slice(3)).toEqual([`${A} 0 at 50150`]);
    expect(alarm.pending()).toEqual([]);
  });

  it('says nothing for what is taken back at once, neither on nor off', async () => {
    const { typing, calls, alarm } = typist();
    typing.wish(A, true);
    typing.wish(A, false);
    await settled();
    expect(calls).toEqual([]);
    typing.wish(A, true);
    alarm.advance(DELAY);
    await settled();
    typing.wish(A, false);
    typing.wish(A, true);
    await settled();
    expect(calls).toEqual([`${A} 30000 at 150`]);
  });

  it('does not hide what was never shown', async () => {
    const { typing, calls } = typist();
    typing.wish(A, false);
    await settled();
    expect(calls).toEqual([]);
  });

  it('has one request under way per room; the last wish counts', async () => {
    const { typing, calls, answers, alarm } = typist(true);
    typing.wish(A, true);
    typing.wish(B, true);
    alarm.advance(DELAY);
    await settled();
    typing.wish(A, false);
    typing.wish(A, true);
    typing.wish(A, false);
    await settled();
    expect(calls).toEqual([`${A} 30000 at 150`, `${B} 30000 at 150`]);
    answers.shift()?.();
    await settled();
    expect(calls.slice(2)).toEqual([`${A} 0 at 150`]);
    typing.wish(A, true);
    answers.at(-1)?.();
    await settled();
    expect(calls.slice(3)).toEqual([`${A} 30000 at 150`]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'that is wished again %d ticks after it was hidden can be hidden again',
    async (ticks) => {
      const { typing, calls, answers, alarm } = typist(true);
      typing.wish(A, true);
      alarm.advance(DELAY);
      await settled();
      answers.shift()?.();
      await settled();
      typing.wish(A, false);
      await settled();
      typing.wish(A, false);
      answers.shift()?.();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      typing.wish(A, true);
      await settled();
      typing.wish(A, false);
      for (let second = 0; second < 50; second++) {
        alarm.advance(1_000);
        answers.shift()?.();
        await settled();
      }
      expect(calls.at(-1)?.split(' at ')[0]).toBe(`${A} 0`);
      expect(alarm.pending()).toEqual([]);
    },
  );
});
