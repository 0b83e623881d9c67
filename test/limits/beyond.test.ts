/** Goes beyond the limits that no other test goes beyond, each with the real part. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MatrixError } from 'matrix-bot-sdk';
import type { UserId } from '../../machines/ids.ts';
import { excerptOf } from '../../machines/room-words.ts';
import { createAccess } from '../../src/actors/access.ts';
import { decodeFrame } from '../../src/agents/frames.ts';
import { step } from '../../src/durable/step.ts';
import { createClient } from '../../src/matrix/client.ts';
import { decodeEvent } from '../../src/matrix/decode.ts';
import { toFailure } from '../../src/matrix/errors.ts';
import { createRoomFacts } from '../../src/matrix/room-facts.ts';
import { record } from '../agents/support.ts';
import { toy, toyRecord } from '../durable/toy.ts';
import { keptLog, me, room, startServer } from '../matrix/support.ts';
import { temporaryFolder, temporaryStore } from '../store/support.ts';
import { input } from '../support/inputs.ts';

const ann = '@ann:test';
const invalid = (type: string) => ({ frame: { type: 'protocol', detail: `a malformed ${type}` }, requestId: null });

function heard(content: object, type = 'm.room.message', more: object = {}): unknown {
  const decoded = decodeEvent({ event_id: '$1', sender: ann, type, content, ...more }, me);
  return 'heard' in decoded ? decoded.heard : decoded.dropped;
}

test('a path, and the id of a question, that are too long', () => {
  const file = (length: number) => ({ type: 'AGENT_EVENT_SEND_FILE', path: 'x'.repeat(length) });
  const question = (length: number) => ({
    type: 'AGENT_EVENT_CUSTOM_UPDATE',
    data: { kind: 'confirmation', id: 'x'.repeat(length), text: '?' },
  });
  const decoded = (frame: object) => decodeFrame(JSON.stringify(frame));
  expect(decoded(file(4096)).frame.type).toBe('file');
  expect(decoded(file(4097))).toEqual(invalid('AGENT_EVENT_SEND_FILE'));
  expect(decoded(question(1000)).frame.type).toBe('question');
  expect(decoded(question(1001))).toEqual(invalid('AGENT_EVENT_CUSTOM_UPDATE'));
});

test('an agent that does not answer a closing', async () => {
  const server = createServer();
  const gone = new Promise<void>((resolve) => {
    server.on('upgrade', ({ headers }, socket) => {
      const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on('end', () => socket.end(resolve)).on('error', () => undefined);
      socket.resume();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { link, saw } = record(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await saw('opened');
  link.close();
  const began = performance.now();
  await gone;
  expect(performance.now() - began).toBeGreaterThan(900);
  server.close();
});

test('the name of a file, and of a room', () => {
  const name = 'x'.repeat(300);
  expect(heard({ msgtype: 'm.file', body: `${name}.pdf`, url: 'mxc://test/x' })).toEqual(
    expect.objectContaining({ type: 'file.received', name: `${'x'.repeat(251)}.pdf` }),
  );
  expect(heard({ name }, 'm.room.name', { state_key: '' })).toEqual(
    expect.objectContaining({ type: 'room.named', name: 'x'.repeat(255) }),
  );
});

test('an excerpt of what is replied to', () => {
  const body = `> <@bot:test> ${'x'.repeat(60_000)}\n\nmine`;
  const relates = { 'm.in_reply_to': { event_id: '$0' } };
  const said = heard({ msgtype: 'm.text', body, 'm.relates_to': relates }) as { text: { quoted: object } };
  expect(said.text.quoted).toEqual({ author: '@bot:test', excerpt: 'x'.repeat(500) });
});

test('a mention that does not end', () => {
  const pill = (name: string) => `<a href="https://matrix.to/#/${me}">${name}</a>: hello`;
  const said = (name: string) => {
    const html = { format: 'org.matrix.custom.html', formatted_body: pill(name) };
    return heard({ msgtype: 'm.text', body: `${name}: !help`, ...html }) as { type: string };
  };
  expect(said('Helper').type).toBe('command');
  expect(said('x'.repeat(2_000)).type).toBe('text.received');
});

test('a Matrix id that is too long', () => {
  const { mayInvite } = createAccess({ me, allowed: ['@*:*'], userAgents: {}, unmapped: 'default_agent' });
  const idOf = (length: number) => `@${'x'.repeat(length - 6)}:test` as UserId;
  expect([idOf(255), idOf(256)].map(mayInvite)).toEqual([true, false]);
});

test('words that a notice quotes', () => {
  expect([100, 101].map((length) => excerptOf('x'.repeat(length)))).toEqual(['x'.repeat(100), `${'x'.repeat(100)}…`]);
});

test('a time to wait that is too long', () => {
  const error = new MatrixError({ errcode: 'M_LIMIT_EXCEEDED', error: 'No', retry_after_ms: 1e12 } as never, 429);
  const hour = 3_600_000;
  expect(toFailure(error, { retryAfter: null, now: 0 }).retryAfterMs).toBe(hour);
  expect(toFailure(error, { retryAfter: '999999999', now: 0 }).retryAfterMs).toBe(hour);
});

test('a room that does not say whether it is encrypted', async () => {
  const server = await startServer(() => 'hang');
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log });
  const { signal } = new AbortController();
  expect(await createRoomFacts({ api, me, signal, log }).isEncrypted(room('a'))).toBe(false);
  await server.close();
});

test('parked events of a record', () => {
  let kept = toyRecord();
  for (let n = 0; n < 60; n++) kept = step(toy, kept, [input({ type: 'break', n }, n, `$${n}`)]).record;
  expect(kept.parked.map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, n) => n + 10));
});

test('more records than are read at once', async () => {
  const store = await temporaryStore();
  const names = Array.from({ length: 600 }, (_, n) => `!${String(n).padStart(3, '0')}:test`);
  await store.rooms.writeAll(new Map(names.map((name, n) => [name, { n }])));
  const read: [string, unknown][] = [];
  for await (const one of store.rooms.entries()) read.push(one as [string, unknown]);
  expect(read).toEqual(names.map((name, n) => [name, { n }]));
});

test('a write-ahead log that had to grow', async () => {
  const folder = await temporaryFolder();
  const store = await temporaryStore(folder);
  const size = () => statSync(path.join(folder, 'state.db-wal')).size;
  await store.rooms.write('!long:test', 'x'.repeat(30 * 1024 * 1024));
  expect(size()).toBeGreaterThan(20 * 1024 * 1024);
  for (let n = 0; n < 5; n++) await store.rooms.write('!short:test', { n });
  expect(size()).toBeLessThanOrEqual(8 * 1024 * 1024);
});
