/** What `doctor` says of whoever answers in the place of a homeserver. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { World } from '../../src/doctor/check.ts';
import { checkHomeserver } from '../../src/doctor/homeserver.ts';
import { silentLog } from '../support/log-book.ts';

async function said(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const homeserver = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = { matrix: { homeserver, userId: '@bot:test' } };
  const { is, says } = await checkHomeserver(
    { config, log: silentLog } as unknown as World,
    new AbortController().signal,
  );
  return [is, says.replaceAll(homeserver, 'It')];
}

const json = (body: string) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);

test.each<[string, string, (response: ServerResponse) => void]>([
  [
    'names more versions than there are',
    'it answers with',
    json(JSON.stringify({ versions: Array.from({ length: 200_000 }, (_, index) => `v1.${index}`) })),
  ],
  ['names a version of a megabyte', 'it answers with', json(JSON.stringify({ versions: ['v'.repeat(1_000_000)] }))],
  ['nests without an end', 'it answers with', json(`{"versions":${'['.repeat(100_000)}`)],
])('one that %s is no homeserver', async (_, words, answer) => {
  const [is, says] = await said(answer);
  expect([is, says]).toEqual(['fail', expect.stringContaining(`It is no homeserver: ${words}`)]);
});
