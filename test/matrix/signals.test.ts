import { afterEach, expect, test } from 'vitest';
import { createClient } from '../../src/matrix/client.ts';
import { createSignals, type Signals } from '../../src/matrix/signals.ts';
import { eventId, keptLog, limited, me, room, startServer } from './support.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';

let server: ScriptedServer;
let signals: Signals;
afterEach(async () => {
  signals.close();
  await server.close();
});

async function start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void> {
  server = await startServer(reply);
  const log = keptLog();
  signals = createSignals({ api: createClient({ homeserver: server.url, accessToken: 't', me, log }), log });
}

const done: Reply = { json: {} };
const bodies = () => server.seen.map(({ body }) => body);

test('typing is shown and hidden, the newest word last, and nothing in between', async () => {
  const first = Promise.withResolvers<Reply>();
  await start((_, index) => (index === 0 ? first.promise : done));
  const shown = signals.showTyping(room('a'), 30_000);
  const later = [signals.showTyping(room('a'), 20_000), signals.showTyping(room('a'), 0)];
  await signals.showTyping(room('b'), 10_000);
  expect(bodies()).toEqual([
    { typing: true, timeout: 30_000 },
    { typing: true, timeout: 10_000 },
  ]);
  first.resolve(done);
  await Promise.all([shown, ...later]);
  await signals.showTyping(room('a'), 5_000);
  expect(bodies().slice(2)).toEqual([
    { typing: false, timeout: 0 },
    { typing: true, timeout: 5_000 },
  ]);
});

test.each<Reply>([limited(), 'drop', { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }])(
  'typing and receipts get one try and never reject: %j',
  async (reply) => {
    await start(() => reply);
    await signals.showTyping(room('a'), 30_000);
    await signals.sendReadReceipt(room('a'), eventId('e'));
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'POST']);
    signals.close();
    await signals.showTyping(room('a'), 0);
    await signals.sendReadReceipt(room('a'), eventId('e'));
    expect(server.seen.length).toBe(2);
  },
);
