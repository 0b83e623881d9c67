import { afterEach, beforeEach, expect, test } from 'vitest';
import { Closed } from '../../src/matrix/errors.ts';
import type { LoginOptions, Session } from '../../src/matrix/login.ts';
import { LoginRefused, login } from '../../src/matrix/login.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, keptLog, limited, me, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let log: ReturnType<typeof keptLog>;
beforeEach(() => {
  clock = new Clock();
  log = keptLog();
});
afterEach(() => server.close());

async function enter(
  reply: (seen: Seen, index: number) => Reply,
  more: Partial<LoginOptions> & Pick<LoginOptions, 'credentials'>,
): Promise<Session> {
  server = await startServer(reply, looked);
  return login({
    homeserver: server.url,
    userId: me,
    deviceId: null,
    rememberedDeviceId: null,
    signal: new AbortController().signal,
    chance: () => 1,
    log,
    wait: clock.wait,
    ...more,
  });
}

/** What is asked for to find out whether that is a homeserver. */
const looked = ({ path }: Seen): Reply | null => {
  if (path.startsWith('/.well-known/')) return { status: 404 };
  return path === '/_matrix/client/versions' ? { json: { versions: ['v1.11'] } } : null;
};

/** What the operator reads. */
const refused = async (session: Promise<Session>) => {
  const error: unknown = await session.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LoginRefused);
  return (error as LoginRefused).message;
};

const token = { credentials: { accessToken: 'syt_secret' } };
const password = { credentials: { password: 'hunter2' } };
const whoami = (body: object): Reply => ({ json: body });
const welcome = (seen: Seen): Reply => ({
  json: { access_token: 'syt_new', user_id: me, device_id: (seen.body as { device_id: string }).device_id },
});
const no = (status: number, errcode: string): Reply => ({ status, json: { errcode, error: 'No' } });

test('with a token the device is the one of the token', async () => {
  const session = await enter(() => whoami({ user_id: me, device_id: 'TOKENS' }), { ...token, deviceId: 'CONFIGURED' });
  expect(session).toEqual({ accessToken: 'syt_secret', userId: me, deviceId: 'TOKENS' });
  expect(server.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/_matrix/client/v3/account/whoami', 'Bearer syt_secret'],
  ]);
  expect(log.lines).toEqual(['warn the access token belongs to another device']);
});

test('with a password it logs in on the given device', async () => {
  const session = await enter(welcome, { ...password, deviceId: 'GIVEN', rememberedDeviceId: 'OLD' });
  expect(session).toEqual({ accessToken: 'syt_new', userId: me, deviceId: 'GIVEN' });
  expect(server.seen.map(({ method, path, body, headers }) => [method, path, body, headers.authorization])).toEqual([
    [
      'POST',
      '/_matrix/client/v3/login',
      {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: '@bot:test' },
        password: 'hunter2',
        device_id: 'GIVEN',
        initial_device_display_name: 'Roomkeeper',
      },
      undefined,
    ],
  ]);
});

test('else on the remembered one', async () => {
  expect((await enter(welcome, { ...password, rememberedDeviceId: 'OLD' })).deviceId).toBe('OLD');
});

test('else on a new one, the same on every try', async () => {
  clock.auto = true;
  const { deviceId } = await enter((seen, index) => (index < 2 ? { status: 502, text: '' } : welcome(seen)), password);
  expect(deviceId).toMatch(/^ROOMKEEPER_[A-Z]{10}$/);
  expect(server.seen.map(({ body }) => (body as { device_id: string }).device_id)).toEqual(Array(3).fill(deviceId));
});

test('tries until the homeserver is there, with no secret in the log', async () => {
  clock.auto = true;
  const replies: Reply[] = ['drop', limited({ 'Retry-After': '9' }), { text: '<html>' }, no(500, 'M_UNKNOWN')];
  await enter((seen, index) => replies[index] ?? welcome(seen), password);
  expect(clock.waits).toEqual([500, 9_000, 2_000, 4_000]);
  expect(log.lines.filter((line) => line.startsWith('warn login'))).toEqual(
    Array(4).fill('warn login failed, trying again'),
  );
  expect(log.text()).not.toMatch(/hunter2|syt_/);
});

test('ends when told to', async () => {
  const abort = new AbortController();
  const session = enter(() => 'drop', { ...password, signal: abort.signal });
  await clock.waited(1);
  abort.abort();
  await expect(session).rejects.toEqual(new Closed());
});

test.each<[string, Pick<LoginOptions, 'credentials'>, Reply, string]>([
  [
    'a token that is not accepted',
    token,
    no(401, 'M_UNKNOWN_TOKEN'),
    'The homeserver does not accept the access token (M_UNKNOWN_TOKEN: No). Its session has ended (by a logout, a new password, its age), or it is not copied whole. Set MATRIX_ACCESS_TOKEN to a valid one, or set MATRIX_PASSWORD instead.',
  ],
  [
    'a homeserver that knows no whoami',
    token,
    no(404, 'M_UNRECOGNIZED'),
    'The homeserver refused to say whose the access token is (M_UNRECOGNIZED: No). Check MATRIX_HOMESERVER and MATRIX_ACCESS_TOKEN.',
  ],
  [
    'the token of somebody else',
    token,
    whoami({ user_id: '@eve:test', device_id: 'D' }),
    'The homeserver says that MATRIX_ACCESS_TOKEN belongs to @eve:test, but MATRIX_USER_ID is @bot:test. Correct one of the two.',
  ],
  [
    'a token without a device',
    token,
    whoami({ user_id: me }),
    'The access token belongs to no device, so the homeserver would not recognise a message that is sent twice. ' +
      'Set MATRIX_ACCESS_TOKEN to a token that came from a login, or set MATRIX_PASSWORD instead.',
  ],
  [
    'a wrong password',
    password,
    no(403, 'M_FORBIDDEN'),
    'The homeserver refused the password of @bot:test (M_FORBIDDEN: No). Check MATRIX_USER_ID and MATRIX_PASSWORD.',
  ],
  [
    'a homeserver without passwords',
    password,
    no(400, 'M_UNKNOWN'),
    'The homeserver refused to log @bot:test in (M_UNKNOWN: No). Check MATRIX_HOMESERVER; where it takes no passwords, set MATRIX_ACCESS_TOKEN.',
  ],
  [
    'a password of somebody else',
    password,
    { json: { access_token: 'x', user_id: '@eve:test', device_id: 'D' } },
    'The homeserver says that MATRIX_PASSWORD belongs to @eve:test, but MATRIX_USER_ID is @bot:test. Correct one of the two.',
  ],
])('%s is refused with what to do', async (_name, credentials, reply, sentence) => {
  expect(await refused(enter(() => reply, credentials))).toBe(sentence);
  expect([server.seen.length, clock.waits]).toEqual([1, []]);
});
