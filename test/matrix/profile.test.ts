import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { MxcUri, UserId } from '../../machines/ids.ts';
import { startHomeserver } from '../../src/homeserver/index.ts';
import { createClient } from '../../src/matrix/client.ts';
import { wearProfile } from '../../src/matrix/profile.ts';
import { keptLog, startServer } from './support.ts';

const { signal } = new AbortController();

test('name and picture are as the operator wants them, set once; what is left out stays', async () => {
  const homeserver = await startHomeserver({ serverName: 'hs.test' });
  onTestFinished(() => homeserver.close());
  const me = UserId.parse(homeserver.register('bot', 'secret'));
  const { token } = homeserver.login(me);
  const log = keptLog();
  const real = createClient({ homeserver: homeserver.url, accessToken: token, me, log });
  const asked: string[] = [];
  const api: typeof real = {
    ...real,
    call(schema, method, path, options) {
      asked.push(`${method} ${path.split('/').at(-1)}`);
      return real.call(schema, method, path, options);
    },
  };
  const avatar = MxcUri.parse('mxc://hs.test/abc');
  const wear = (name: string | null, picture: MxcUri | null) =>
    wearProfile({ name, avatar: picture }, { api, me, log, signal });
  const seen = () => real.call(z.unknown(), 'GET', `/_matrix/client/v3/profile/${encodeURIComponent(me)}`, {});
  await wear('Helper', avatar);
  expect(await seen()).toEqual({ displayname: 'Helper', avatar_url: avatar });
  await wear('Helper', avatar);
  await wear(null, null);
  await wear('Aid', null);
  expect(await seen()).toEqual({ displayname: 'Aid', avatar_url: avatar });
  const whole = 'GET %40bot%3Ahs.test';
  expect(asked).toEqual([whole, 'PUT displayname', 'PUT avatar_url', whole, whole, 'PUT displayname']);
  expect(log.lines).toEqual([]);
});

test('a homeserver that lets nobody change it is a line in the log', async () => {
  const server = await startServer(({ method }) =>
    method === 'GET' ? { json: {} } : { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'Not here' } },
  );
  onTestFinished(() => server.close());
  const me = UserId.parse('@bot:test');
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log });
  await wearProfile({ name: 'Helper', avatar: null }, { api, me, log, signal });
  expect(log.lines.filter((line) => !line.startsWith('debug'))).toEqual(['warn profile of the bot could not be set']);
});
