import { describe, expect, it } from 'vitest';
import { createCreations } from '../../src/actors/creations.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { settled } from '../support/until.ts';
import { ann, bob } from './support.ts';

function creations() {
  const alarm = createFakeAlarm();
  const it = createCreations({ alarm, now: alarm.now });
  /** Whether these waits are over. */
  const over = async (...waits: Promise<void>[]) => {
    const ended = waits.map(() => false);
    waits.forEach((wait, index) => void wait.then(() => (ended[index] = true)));
    await settled();
    return ended;
  };
  return { ...it, alarm, over };
}

describe('whoever waits for a person’s new room', () => {
  it('waits for nothing where none is being made, or for another person', async () => {
    const { begin, ended: wait, over, alarm } = creations();
    begin(bob);
    expect(await over(wait(ann))).toEqual([true]);
    expect(alarm.pending()).toEqual([]);
  });

  it('waits until all of them are recorded', async () => {
    const { begin, ended: wait, over, alarm } = creations();
    const [first, second] = [begin(ann), begin(ann)];
    const waits = [wait(ann), wait(ann)];
    first();
    first();
    expect(await over(...waits)).toEqual([false, false]);
    second();
    expect(await over(...waits, wait(ann))).toEqual([true, true, true]);
    expect(alarm.pending()).toEqual([]);
  });

  it('waits for 10 s and no longer', async () => {
    const { begin, ended: wait, over, alarm } = creations();
    const recorded = begin(ann);
    const waiting = wait(ann);
    alarm.advance(9_999);
    expect(await over(waiting)).toEqual([false]);
    alarm.advance(1);
    expect(await over(waiting)).toEqual([true]);
    recorded();
    expect(await over(wait(ann))).toEqual([true]);
  });
});
