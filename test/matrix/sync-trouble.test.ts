/** A sync that fails, that is too large, or that has nothing to say: asked for in another way, and never in a rush. */
import { afterEach, expect, test } from 'vitest';
import type { MatrixApi } from '../../src/matrix/client.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { MAX_RESPONSE_BYTES } from '../../src/matrix/http.ts';
import { inShort, isHistory, isSync, openSync, said, type SyncHouse } from './sync-house.ts';
import { room, type Reply, type Seen } from './support.ts';

let house: SyncHouse;
afterEach(() => house.close());

const tooLarge: Reply = { headers: { 'content-length': String(MAX_RESPONSE_BYTES + 1) } };
const filterOf = ({ query }: Seen) =>
  JSON.parse(query.get('filter') ?? '{}') as { event_fields?: string[]; room: { timeline: { limit: number } } };
const limits = () =>
  house.server.seen.filter(isSync).map((seen) => {
    const { event_fields: fields, room } = filterOf(seen);
    return fields === undefined ? room.timeline.limit : `bare ${room.timeline.limit}`;
  });
const news = (next: string, join: object = {}): Reply => ({ json: { next_batch: next, rooms: { join } } });
const timeline = (events: unknown[], more: object = {}) => ({ timeline: { events, ...more } });

test('an answer that is too large is asked for smaller at once, the rest comes from the history; then larger again', async () => {
  const history = ['one', 'two', 'three'].map(said);
  house = await openSync((seen, index) => {
    if (isHistory(seen)) return { json: { chunk: history.slice(0, 2), end: 'p' } };
    if (filterOf(seen).room.timeline.limit > 1) return index < 2 ? tooLarge : index < 6 ? news(`n${index}`) : 'hang';
    return news('next', { [room('a')]: timeline([history[2]], { limited: true, prev_batch: 'p' }) });
  });
  house.clock.auto = true;
  await house.reached('n5');
  expect(inShort(house.received)).toEqual(['a $one', 'a $two', 'a $three']);
  expect(limits().slice(0, 5)).toEqual([100, 10, 1, 10, 100]);
  expect(house.clock.waits[0]).toBe(50);
});

test('where even one event of each room is too much, the contents come from the history of each room', async () => {
  house = await openSync((seen) => {
    if (isHistory(seen)) return { json: { chunk: [said(seen.path.includes('a%3A') ? 'in a' : 'in b')] } };
    if (seen.query.get('since') === 'next') return 'hang';
    if (filterOf(seen).event_fields === undefined) return tooLarge;
    const bare = { type: 'm.room.message', event_id: '$x', sender: '@anna:test' };
    return news('next', {
      [room('a')]: timeline([bare]),
      [room('b')]: timeline([], { limited: true, prev_batch: 'p' }),
      [room('quiet')]: timeline([]),
    });
  });
  await house.reached('next');
  expect(limits().slice(0, 4)).toEqual([100, 10, 1, 'bare 1']);
  expect(inShort(house.received)).toEqual(['a $in a', 'b $in b']);
  const asked = house.server.seen.filter(isHistory).map(({ query }) => [query.get('from'), query.get('to')]);
  expect(asked).toEqual([
    ['old', 'next'],
    ['old', 'next'],
  ]);
});

test('the smallest request that is still too large is made again later and later', async () => {
  house = await openSync(() => tooLarge);
  house.clock.auto = true;
  await house.clock.waited(3);
  expect(limits().slice(0, 6)).toEqual([100, 10, 1, 'bare 1', 'bare 1', 'bare 1']);
  expect(house.clock.waits.slice(0, 3)).toEqual([4_000, 8_000, 16_000]);
});

test.each<[string, Reply]>([
  ['a proxy that has no patience', { status: 504, text: 'Gateway Timeout' }],
  ['a homeserver that fails at it', { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Internal' } }],
  ['an answer that breaks off', 'cut'],
  ['an answer that is no JSON', { text: '{"next_batch":' }],
])('%s is asked for less, at the third time each', async (_, reply) => {
  house = await openSync(() => reply);
  house.clock.auto = true;
  await house.server.arrived(9);
  expect(limits().slice(0, 9)).toEqual([100, 100, 100, 10, 10, 10, 1, 1, 1]);
});

test('a homeserver that limits, or that is away, is asked for the same', async () => {
  const limited: Reply = { status: 429, json: { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow', retry_after_ms: 10 } };
  house = await openSync(() => limited);
  house.clock.auto = true;
  await house.server.arrived(7);
  await house.server.close();
  await house.clock.waited(house.clock.waits.length + 10);
  expect(new Set(limits())).toEqual(new Set([100]));
  expect(house.log.text()).toContain('ECONNREFUSED');
  expect(house.log.text()).not.toContain('"limit":10,');
});

test('an answer that does not come in time is waited for longer', async () => {
  const asked: (number | undefined)[] = [];
  house = await openSync(() => 'hang', { api: slowApi(asked) });
  house.clock.auto = true;
  await house.clock.waited(6);
  expect(asked.slice(0, 6)).toEqual([15_000, 30_000, 60_000, 120_000, 120_000, 120_000]);
});

/** Every call ends as if nothing had come in time. */
function slowApi(asked: (number | undefined)[]): MatrixApi {
  return {
    async call(_schema, _method, _path, options) {
      asked.push(options?.timeoutMs);
      throw new MatrixFailure({ kind: 'unavailable', status: null, code: 'ESOCKETTIMEDOUT', detail: 'No answer' });
    },
  } as Pick<MatrixApi, 'call'> as MatrixApi;
}

test('empty answers that are not held back are asked for more and more slowly, until there is news', async () => {
  house = await openSync(({ query }) => (query.get('since') === 'n2' ? 'hang' : news('old')));
  house.clock.auto = true;
  await house.clock.waited(8);
  expect(house.clock.waits.slice(0, 8)).toEqual([50, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

test('the same answer again and again is no news, whatever is in it', async () => {
  house = await openSync(() => news('old', { [room('a')]: timeline([said('cached')]) }));
  house.clock.auto = true;
  await house.clock.waited(5);
  expect(house.clock.waits.slice(0, 5)).toEqual([50, 100, 200, 400, 800]);
});

test('news that come quickly one after the other, and an empty answer after its time, are waited for without a pause', async () => {
  house = await openSync(({ query }) => {
    const since = query.get('since') ?? '';
    if (since === 'n3') house.clock.advance(30_000);
    const next = since === 'old' ? 1 : Number(since.slice(1)) + 1;
    if (next === 6) return 'hang';
    return news(`n${next}`, next < 4 ? { [room('a')]: timeline([said(`t${next}`)]) } : {});
  });
  await house.clock.waited(1);
  expect(house.clock.waits).toEqual([50]);
  expect(house.position).toBe('n5');
});

test('the log says how often and how long it failed, and when it works again', async () => {
  house = await openSync((_, index) => (index < 2 ? { status: 502, text: '' } : index === 2 ? news('next') : 'hang'));
  house.clock.auto = true;
  await house.reached('next');
  await house.server.arrived(4);
  const lines = JSON.parse(house.log.text()) as { message: string; tries: number; ms: number }[];
  const told = lines.filter(({ message }) => message.startsWith('sync '));
  expect(told.map(({ message, tries }) => [message, tries])).toEqual([
    ['sync failed, trying again', 1],
    ['sync failed, trying again', 2],
    ['sync works again', 3],
  ]);
  expect(told.map(({ ms }) => ms)).toEqual(told.map(({ ms }) => ms).toSorted((a, b) => a - b));
  expect(told[0]?.ms).toBe(0);
});
