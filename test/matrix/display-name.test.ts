import { afterEach, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createRoomWork } from '../../src/matrix/rooms.ts';
import type { Reply, ScriptedServer } from './support.ts';
import { Clock, keptLog, limited, me, startServer } from './support.ts';

const person = UserId.parse('@anna:elsewhere.test');

let server: ScriptedServer;
let clock: Clock;
let work: ReturnType<typeof createRoomWork>;
afterEach(async () => {
  work.close();
  await server.close();
});

async function start(reply: Reply): Promise<void> {
  server = await startServer(() => reply);
  clock = new Clock();
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 'secret-token', log });
  work = createRoomWork({ api, me, chance: () => 1, log, wait: clock.wait });
}

test.each<[string, Reply, string | null]>([
  ['the name of the profile', { json: { displayname: 'Anna of the Garden' } }, 'Anna of the Garden'],
  ['none without a profile', { status: 404, json: { errcode: 'M_NOT_FOUND', error: 'No' } }, null],
  ['none where it may not be seen', { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }, null],
  ['none in an empty profile', { json: {} }, null],
  ['none that is no text', { json: { displayname: 7 } }, null],
  ['none where their homeserver is away', { status: 502, json: { errcode: 'M_UNKNOWN', error: 'Away' } }, null],
  ['none while the homeserver wants to be left alone', limited({ 'Retry-After': '60' }), null],
  ['none where the line breaks', 'drop', null],
])('a person has %s, asked once', async (_, reply, name) => {
  await start(reply);
  expect(await work.displayName(person)).toBe(name);
  const asked = server.seen.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`);
  expect(asked).toEqual([`GET /_matrix/client/v3/profile/${person}/displayname`]);
  expect(clock.waits).toEqual([]);
});

test('a Space is not named while the service closes', async () => {
  await start('hang');
  const name = work.displayName(person);
  const refused = expect(name).rejects.toMatchObject({ kind: 'aborted' });
  await server.arrived(1);
  work.close();
  await refused;
});
