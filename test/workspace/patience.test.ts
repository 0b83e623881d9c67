import { expect, test } from 'vitest';
import { createPatience, NoAnswer } from '../../src/workspace/patience.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { settled } from '../support/until.ts';

function set() {
  const clock = createManualTimers();
  const within = createPatience(clock.after);
  const calls: PromiseWithResolvers<string>[] = [];
  const act = () => {
    const call = Promise.withResolvers<string>();
    calls.push(call);
    return call.promise;
  };
  return { clock, within, calls, act };
}

test('what hangs is waited for once, and its folder is asked again when it has answered', async () => {
  const { clock, within, calls, act } = set();
  const undone: string[] = [];
  const late = within('/a', 100, act, (result) => void undone.push(result));
  clock.advance(100);
  await expect(late).rejects.toThrow('the file system does not answer within 100 ms');
  await expect(within('/a', 100, act)).rejects.toBeInstanceOf(NoAnswer);
  const other = within('/b', 100, act);
  expect(calls.length).toBe(2);
  calls[1]?.resolve('b');
  expect(await other).toBe('b');
  calls[0]?.resolve('late');
  await settled();
  expect(undone).toEqual(['late']);
  const again = within('/a', 100, act);
  calls[2]?.reject(new Error('no'));
  await expect(again).rejects.toThrow('no');
});

test('a folder has two threads, and all together three; the rest waits in line', async () => {
  const { clock, within, calls, act } = set();
  const all = ['/a', '/a', '/a', '/b', '/b'].map((folder) => within(folder, 100, act));
  expect(calls.length).toBe(3);
  calls[2]?.resolve('b');
  expect(await all[3]).toBe('b');
  expect(calls.length).toBe(4);
  calls[3]?.resolve('b again');
  expect(await all[4]).toBe('b again');
  clock.advance(100);
  for (const one of all.slice(0, 3)) await expect(one).rejects.toBeInstanceOf(NoAnswer);
  // What waited in line and was never begun is not begun any more.
  calls.slice(0, 2).forEach((call) => call.resolve('late'));
  await settled();
  expect(calls.length).toBe(4);
  const again = within('/a', 100, act);
  calls[4]?.resolve('a');
  expect(await again).toBe('a');
});

test('in a line that moves nobody is late, and each has its time from its turn on', async () => {
  const { clock, within, calls, act } = set();
  const all = Array.from({ length: 8 }, () => within('/a', 100, act));
  for (let done = 0; done < 6; done++) {
    clock.advance(90);
    calls[done]?.resolve(`${done}`);
    expect(await all[done]).toBe(`${done}`);
    // The other one that was begun with it.
    if (done % 2 === 0) calls[++done]?.resolve(`${done}`);
    await settled();
  }
  clock.advance(99);
  calls[6]?.resolve('6');
  expect(await all[6]).toBe('6');
  clock.advance(1);
  await expect(all[7]).rejects.toBeInstanceOf(NoAnswer);
});

test('in a line that does not move, and in that of a folder that hangs, nobody is kept', async () => {
  const { clock, within, calls, act } = set();
  const all = ['/a', '/a', '/b', '/c', '/a'].map((folder) => within(folder, folder === '/a' ? 1_000 : 100, act));
  const quick = within('/a', 50, act);
  clock.advance(50);
  await expect(quick).rejects.toBeInstanceOf(NoAnswer);
  clock.advance(50);
  await expect(all[2]).rejects.toBeInstanceOf(NoAnswer);
  await expect(all[3]).rejects.toBeInstanceOf(NoAnswer);
  clock.advance(900);
  for (const one of [all[0], all[1], all[4]]) await expect(one).rejects.toBeInstanceOf(NoAnswer);
  expect(calls.length).toBe(3);
});
