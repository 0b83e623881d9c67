import { expect, test } from 'vitest';
import { Stream } from '../../src/homeserver/stream.ts';

test('the rooms that changed after a position, each once', () => {
  const stream = new Stream();
  for (const room of ['a', 'b', 'a', 'c']) {
    stream.next();
    stream.touch('@bot:x', room);
  }
  const since = (position: number) => [...stream.changedSince('@bot:x', position)].sort();
  expect([since(0), since(2), since(3), since(4)]).toEqual([['a', 'b', 'c'], ['a', 'c'], ['c'], []]);
  expect([...stream.changedSince('@other:x', 0)]).toEqual([]);
});

test('after many changes every reader still learns of every room that changed since', () => {
  const stream = new Stream();
  const lastChange = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const room = `room ${(i * 7919) % 300}`;
    lastChange.set(room, stream.next());
    stream.touch('@bot:x', room);
    if (i % 3 === 0) stream.touch('@bot:x', null);
  }
  for (const position of [0, 5_000, 19_500, 19_900, 20_000]) {
    const expected = [...lastChange].filter(([, last]) => last > position).map(([room]) => room);
    expect([...stream.changedSince('@bot:x', position)].sort()).toEqual(expected.sort());
  }
});

test('a wait ends at the user’s own next change, not at others’', async () => {
  const stream = new Stream();
  const woken: string[] = [];
  const wait = (user: string) => stream.wait(user, 60_000, new AbortController().signal).then(() => woken.push(user));
  const [bot, other] = [wait('@bot:x'), wait('@other:x')];
  stream.next();
  stream.touch('@other:x', 'a');
  await other;
  expect(woken).toEqual(['@other:x']);
  stream.close();
  await bot;
  expect(woken).toEqual(['@other:x', '@bot:x']);
});

test('a wait ends when its caller goes away', async () => {
  const stream = new Stream();
  const caller = new AbortController();
  const wait = stream.wait('@bot:x', 60_000, caller.signal);
  caller.abort();
  await expect(wait).resolves.toBeUndefined();
});
