import { afterEach, expect, test } from 'vitest';
import { createClient } from '../../src/matrix/client.ts';
import { CLOCK_MARGIN_MS, MAX_EVENTS, MAX_PAGES, findSent } from '../../src/matrix/history.ts';
import type { ScriptedServer, Seen } from './support.ts';
import { keptLog, me, room, startServer } from './support.ts';

const since = 1_700_000_000_000;
let server: ScriptedServer;
afterEach(() => server.close());

async function find(page: (seen: Seen, index: number) => object): Promise<string | null> {
  server = await startServer((seen, index) => ({ json: page(seen, index) }));
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log: keptLog() });
  return findSent(api, me, { room: room('a'), transaction: 'wanted', since }, new AbortController().signal);
}

const event = (name: string, more: object = {}) => ({
  event_id: `$${name}`,
  sender: me,
  origin_server_ts: since,
  content: { 'org.roomkeeper.id': name },
  ...more,
});

test('asks for our own messages, newest first, page after page', async () => {
  const found = await find((_, index) =>
    index === 0
      ? { chunk: [event('x')], end: 'p2' }
      : index === 1
        ? { chunk: [], end: 'p3' }
        : { chunk: [event('wanted'), event('y')], end: 'p4' },
  );
  expect(found).toBe('$wanted');
  expect(server.seen.map(({ query }) => Object.fromEntries(query))).toEqual(
    [{}, { from: 'p2' }, { from: 'p3' }].map((from) => ({
      dir: 'b',
      limit: '100',
      filter: JSON.stringify({ senders: [me], types: ['m.room.message'] }),
      ...from,
    })),
  );
});

test('knows it by the transaction id too', async () => {
  const other = event('other', { content: {}, unsigned: { transaction_id: 'wanted' } });
  expect(await find(() => ({ chunk: [other] }))).toBe('$other');
});

test('what others wrote, and what is no event, is no evidence', async () => {
  const foreign = event('foreign', { sender: '@eve:test', content: { 'org.roomkeeper.id': 'wanted' } });
  expect(await find(() => ({ chunk: [foreign, null, 'wanted', { event_id: 7 }] }))).toBe(null);
});

test('stops at what is older than the message, an hour allowed', async () => {
  const inTime = event('x', { origin_server_ts: since - CLOCK_MARGIN_MS });
  const early = event('x', { origin_server_ts: since - CLOCK_MARGIN_MS - 1 });
  const found = await find((_, index) => ({ chunk: [index === 0 ? inTime : early, event('x')], end: `p${index}` }));
  expect(found).toBe(null);
  expect(server.seen.length).toBe(2);
});

test('stops after enough events', async () => {
  const chunk = Array.from({ length: 100 }, () => event('x'));
  expect(await find((_, index) => ({ chunk, end: `p${index}` }))).toBe(null);
  expect(server.seen.length).toBe(MAX_EVENTS / 100);
});

test('stops after enough pages, and at a page that leads to itself', async () => {
  expect(await find((_, index) => ({ chunk: [], end: `p${index}` }))).toBe(null);
  expect(server.seen.length).toBe(MAX_PAGES);
  await server.close();
  expect(await find(() => ({ chunk: [], end: 'same' }))).toBe(null);
  expect(server.seen.length).toBe(2);
});
