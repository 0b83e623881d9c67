import { expect, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import { createPlaces } from '../../src/agents/places.ts';

const agent = AgentId.parse('a');
const other = AgentId.parse('b');
/** Hooks run in microtasks: after this all of them have. */
const settled = () => new Promise(setImmediate);

function line(concurrency: number) {
  const places = createPlaces(() => concurrency);
  const heard: string[] = [];
  const take = (name: string, of = agent) =>
    places.take(of, {
      granted: () => heard.push(`${name} granted`),
      awaited: (position) => heard.push(`${name} waits at ${position}`),
    });
  return { heard, take };
}

test('places are handed out first come, first served, and each agent has its own', async () => {
  const { heard, take } = line(2);
  const leave = ['one', 'two', 'three', 'four'].map((name) => take(name));
  take('elsewhere', other);
  expect(heard).toEqual([]);
  await settled();
  expect(heard).toEqual(['one granted', 'two granted', 'three waits at 1', 'four waits at 2', 'elsewhere granted']);
  leave[1]?.();
  leave[0]?.();
  await settled();
  expect(heard.slice(5)).toEqual(['three granted', 'four granted']);
});

test('giving a place back twice gives it to one only, also after the line was empty', async () => {
  const { heard, take } = line(1);
  const leave = take('one');
  leave();
  leave();
  take('two');
  leave();
  const leaveThree = take('three');
  take('four');
  await settled();
  expect(heard).toEqual(['two granted', 'three waits at 1', 'four waits at 2']);
  leaveThree();
  leaveThree();
  await settled();
  expect(heard).toHaveLength(3);
});

test('who leaves the line is not called, and who comes newly does not overtake', async () => {
  const { heard, take } = line(1);
  const leave = take('one');
  const leaveTwo = take('two');
  take('three');
  await settled();
  leaveTwo();
  leave();
  take('four');
  await settled();
  expect(heard).toEqual(['one granted', 'two waits at 1', 'three waits at 2', 'three granted', 'four waits at 1']);
});

test('ten thousand turns pass through four places', async () => {
  const places = createPlaces(() => 4);
  let inside = 0;
  let most = 0;
  let done = 0;
  for (let turn = 0; turn < 10_000; turn += 1) {
    const leave = places.take(agent, {
      awaited: () => undefined,
      granted: () => {
        inside += 1;
        most = Math.max(most, inside);
        setImmediate(() => {
          inside -= 1;
          done += 1;
          leave();
        });
      },
    });
  }
  while (done < 10_000) await settled();
  expect({ inside, most, done }).toEqual({ inside: 0, most: 4, done: 10_000 });
});

test('an agent that takes more by now lets in who waits; one that takes fewer turns nobody out', async () => {
  let most = 1;
  const heard: string[] = [];
  const places = createPlaces(() => most);
  const take = (name: string) =>
    places.take(agent, {
      granted: () => heard.push(`${name} granted`),
      awaited: (position) => heard.push(`${name} waits at ${position}`),
    });
  const [leaveOne] = [take('one'), take('two'), take('three'), take('four')];
  await settled();
  most = 3;
  places.reconsider();
  await settled();
  expect(heard.slice(-2)).toEqual(['two granted', 'three granted']);
  most = 1;
  places.reconsider();
  leaveOne?.();
  await settled();
  expect(heard.slice(4)).toEqual(['two granted', 'three granted']);
  most = 3;
  places.reconsider();
  await settled();
  expect(heard.at(-1)).toBe('four granted');
});
