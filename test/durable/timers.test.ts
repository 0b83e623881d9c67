import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAlarm } from '../../src/durable/timers.ts';

const START = 1_790_000_000_000;
const DAY = 24 * 60 * 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An alarm whose rings are noted with the time that has passed. */
function noted() {
  const alarm = createAlarm(Date.now);
  const rung: [string, number][] = [];
  const set = (name: string, inMs: number) => alarm.set(START + inMs, () => rung.push([name, Date.now() - START]));
  return { alarm, rung, set };
}

describe('an alarm', () => {
  it('rings in the order of time, whatever the order of setting', () => {
    const { rung, set } = noted();
    for (const ms of [500, 100, 300, 200, 400]) set(`${ms}`, ms);
    vi.advanceTimersByTime(350);
    expect(rung).toEqual([
      ['100', 100],
      ['200', 200],
      ['300', 300],
    ]);
    vi.advanceTimersByTime(1_000);
    expect(rung.slice(3)).toEqual([
      ['400', 400],
      ['500', 500],
    ]);
  });

  it('holds one timer of the process, and none when there is nothing to wait for', () => {
    const { set } = noted();
    expect(vi.getTimerCount()).toBe(0);
    const cancels = Array.from({ length: 100 }, (_, index) => set(`${index}`, 1_000 + index));
    expect(vi.getTimerCount()).toBe(1);
    for (const cancel of cancels) cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rings what is overdue soon, but never inside `set`', () => {
    const { rung, set } = noted();
    set('overdue', -1_000_000);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung.map(([name]) => name)).toEqual(['overdue']);
  });

  it('does not ring what was taken back, before or at its time, and takes back twice without harm', () => {
    const { rung, set } = noted();
    const first = set('first', 100);
    set('second', 100);
    const third = set('third', 200);
    first();
    first();
    vi.advanceTimersByTime(150);
    third();
    vi.advanceTimersByTime(1_000);
    third();
    expect(rung).toEqual([['second', 100]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rings earlier for an earlier one that was set later', () => {
    const { rung, set } = noted();
    set('late', 10_000);
    vi.advanceTimersByTime(50);
    set('early', 60);
    vi.advanceTimersByTime(10);
    expect(rung).toEqual([['early', 60]]);
  });

  it('may be set and taken back while it rings', () => {
    const { alarm, rung, set } = noted();
    const victim = { cancel: () => {} };
    alarm.set(START + 10, () => {
      victim.cancel();
      set('at once', 10);
      set('later', 20);
    });
    victim.cancel = set('victim', 10);
    vi.advanceTimersByTime(10);
    expect(rung).toEqual([['at once', 10]]);
    vi.advanceTimersByTime(10);
    expect(rung.at(-1)).toEqual(['later', 20]);
    expect(rung).toHaveLength(2);
  });

  it('rings beyond 24.8 days at its time', () => {
    const { rung, set } = noted();
    set('in 60 days', 60 * DAY);
    set('in 30 days', 30 * DAY);
    vi.advanceTimersByTime(29 * DAY);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(31 * DAY);
    expect(rung).toEqual([
      ['in 30 days', 30 * DAY],
      ['in 60 days', 60 * DAY],
    ]);
  });

  it('forgets what was taken back, so that a million of them cost no memory', () => {
    const { rung, set } = noted();
    set('kept', 5_000_000);
    const started = performance.now();
    for (let index = 0; index < 100_000; index++) set('gone', 1_000_000 + index)();
    const spent = performance.now() - started;
    vi.advanceTimersByTime(5_000_000);
    expect(rung).toEqual([['kept', 5_000_000]]);
    expect(vi.getTimerCount()).toBe(0);
    expect(spent).toBeLessThan(5_000);
  });

  it('keeps the order and the live ones through compaction', () => {
    const { rung, set } = noted();
    const cancels = Array.from({ length: 5_000 }, (_, index) => set(`${index}`, 1 + ((index * 7_919) % 5_000)));
    const kept: string[] = [];
    cancels.forEach((cancel, index) => {
      if (index % 4 === 0) kept.push(`${index}`);
      else cancel();
    });
    vi.advanceTimersByTime(5_000);
    expect(rung.map(([name]) => name).sort()).toEqual(kept.sort());
    const times = rung.map(([, at]) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('that is closed rings nothing any more', () => {
    const { alarm, rung, set } = noted();
    set('never', 10);
    alarm.close();
    vi.advanceTimersByTime(1_000);
    expect(rung).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([DAY, -DAY])(
    'rings what was set when it is due, also where the time of day is set by %i ms meanwhile',
    (ms) => {
      const wall = { ms: 0 };
      const alarm = createAlarm(() => Date.now() + wall.ms);
      const rung: [string, number][] = [];
      const ringIn = (name: string, after: number) =>
        alarm.set(Date.now() + wall.ms + after, () => rung.push([name, Date.now() - START]));
      ringIn('before', 500);
      vi.advanceTimersByTime(100);
      wall.ms = ms;
      ringIn('after', 200);
      vi.advanceTimersByTime(199);
      expect(rung).toEqual([]);
      vi.advanceTimersByTime(1_000);
      expect(rung).toEqual([
        ['after', 300],
        ['before', 500],
      ]);
    },
  );
});

it('one that throws keeps no other from ringing', () => {
  const rung: string[] = [];
  const alarm = createAlarm(Date.now, Date.now);
  alarm.set(START, () => {
    rung.push('first');
    throw new Error('planted');
  });
  alarm.set(START + 1, () => rung.push('second'));
  expect(() => vi.advanceTimersByTime(0)).toThrow('planted');
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(['first', 'second']);
  alarm.close();
});

it('hears first what came in while the process stood still', async () => {
  vi.useRealTimers();
  const happened: string[] = [];
  const server = createServer((socket) => void socket.write('said')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('data', () => happened.push('heard'));
  await once(server, 'connection');
  const alarm = createAlarm(Date.now);
  const rung = new Promise<void>((resolve) => {
    alarm.set(Date.now() + 10, () => {
      happened.push('rung');
      resolve();
    });
  });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
  await rung;
  expect(happened).toEqual(['heard', 'rung']);
  socket.destroy();
  server.close();
});
