import { expect, test } from 'vitest';
import { http, logIn } from '../../support/matrix-http.ts';
import { anyString, containing, type Lab, PASSWORD, refusal } from './lab.ts';

/** Login, devices, tokens, and what an unwelcome request gets. */
export function accounts(lab: Lab): void {
  const anonymous = () => http(lab.homeserver.url);
  const login = (user: string, password: string) => ({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
  });

  test('versions are told to everybody', async () => {
    const { versions } = await anonymous().get<{ versions: string[] }>('/_matrix/client/versions');
    expect(versions).toEqual(expect.arrayContaining(['v1.1', 'v1.11']));
  });

  test('login by password is offered', async () => {
    const { flows } = await anonymous().get<{ flows: unknown[] }>('/login');
    expect(flows).toContainEqual({ type: 'm.login.password' });
  });

  test('a login gives a token, a new device and the full user id', async () => {
    const userId = await lab.homeserver.register(lab.unique('login'), PASSWORD);
    const reply = await anonymous().request('POST', '/login', login(userId, PASSWORD));
    expect(reply).toEqual({
      status: 200,
      body: containing({ user_id: userId, access_token: anyString, device_id: anyString }),
    });
  });

  test('a user id is made of the localpart and the server name', async () => {
    const localpart = lab.unique('name');
    expect(await lab.homeserver.register(localpart, PASSWORD)).toBe(`@${localpart}:${lab.homeserver.serverName}`);
  });

  test('a login takes the localpart too', async () => {
    const localpart = lab.unique('local');
    const userId = await lab.homeserver.register(localpart, PASSWORD);
    expect((await logIn(lab.homeserver.url, localpart, PASSWORD)).userId).toBe(userId);
  });

  test('a wrong password and an unknown user get the same refusal', async () => {
    const localpart = lab.unique('wrong');
    await lab.homeserver.register(localpart, PASSWORD);
    const wrong = await anonymous().request('POST', '/login', login(localpart, 'wrong'));
    const unknown = await anonymous().request('POST', '/login', login(lab.unique('nobody'), PASSWORD));
    expect(wrong).toEqual(refusal(403, 'M_FORBIDDEN'));
    expect(unknown).toEqual(wrong);
  });

  test('an unknown kind of login is refused', async () => {
    expect(await anonymous().request('POST', '/login', { type: 'm.login.unknown' })).toEqual(
      refusal(400, 'M_INVALID_PARAM'),
    );
  });

  test('whoami tells user and device', async () => {
    const alice = await lab.person();
    expect(await alice.get('/account/whoami')).toEqual(
      containing({ user_id: alice.userId, device_id: alice.deviceId }),
    );
  });

  test('a login can name its device; each login without one makes another', async () => {
    const userId = await lab.homeserver.register(lab.unique('devices'), PASSWORD);
    const named = await logIn(lab.homeserver.url, userId, PASSWORD, 'PHONE');
    const other = await logIn(lab.homeserver.url, userId, PASSWORD);
    expect(named.deviceId).toBe('PHONE');
    expect(other.deviceId).not.toBe('PHONE');
    const { devices } = await named.get<{ devices: { device_id: string }[] }>('/devices');
    expect(devices.map((device) => device.device_id).sort()).toEqual([named.deviceId, other.deviceId].sort());
  });

  test('a second login on the same device makes no second device, and leaves the first token alone', async () => {
    const userId = await lab.homeserver.register(lab.unique('again'), PASSWORD);
    const first = await logIn(lab.homeserver.url, userId, PASSWORD, 'PHONE');
    const second = await logIn(lab.homeserver.url, userId, PASSWORD, 'PHONE');
    expect(second.token).not.toBe(first.token);
    expect(await first.get('/account/whoami')).toEqual(containing({ device_id: 'PHONE' }));
    const { devices } = await second.get<{ devices: unknown[] }>('/devices');
    expect(devices).toEqual([containing({ device_id: 'PHONE' })]);
  });

  test('logout ends this token and no other', async () => {
    const userId = await lab.homeserver.register(lab.unique('logout'), PASSWORD);
    const one = await logIn(lab.homeserver.url, userId, PASSWORD);
    const two = await logIn(lab.homeserver.url, userId, PASSWORD);
    expect(await one.post('/logout')).toEqual({});
    expect(await one.request('GET', '/account/whoami')).toEqual(refusal(401, 'M_UNKNOWN_TOKEN'));
    expect(await two.get('/account/whoami')).toEqual(containing({ user_id: userId }));
  });

  test('capabilities name room versions 11 and 12 as stable', async () => {
    const alice = await lab.person();
    const { capabilities } = await alice.get<{ capabilities: Record<string, { available?: object }> }>('/capabilities');
    expect(capabilities['m.room_versions']?.available).toEqual(containing({ 11: 'stable', 12: 'stable' }));
  });

  test('no token is told apart from an unknown one', async () => {
    expect(await anonymous().request('GET', '/account/whoami')).toEqual(refusal(401, 'M_MISSING_TOKEN'));
    expect(await http(lab.homeserver.url, 'unknown').request('GET', '/sync')).toEqual(refusal(401, 'M_UNKNOWN_TOKEN'));
  });

  test('an unknown endpoint is 404 M_UNRECOGNIZED, a known one with the wrong method 405', async () => {
    const alice = await lab.person();
    expect(await alice.request('GET', '/nothing/here')).toEqual(refusal(404, 'M_UNRECOGNIZED'));
    expect(await alice.request('DELETE', '/sync')).toEqual(refusal(405, 'M_UNRECOGNIZED'));
    expect(await alice.request('GET', '/createRoom')).toEqual(refusal(405, 'M_UNRECOGNIZED'));
  });

  test('a body that is not JSON, or is no object, is refused', async () => {
    const alice = await lab.person();
    expect(await alice.request('POST', '/createRoom', '{')).toEqual(refusal(400, 'M_NOT_JSON'));
    expect(await alice.request('POST', '/createRoom', '[]')).toEqual(refusal(400, 'M_BAD_JSON'));
  });

  test('everything that a browser needs to call from another origin is allowed', async () => {
    const response = await fetch(`${lab.homeserver.url}/_matrix/client/v3/sync`, { method: 'OPTIONS' });
    expect(response.ok).toBe(true);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
  });
}
