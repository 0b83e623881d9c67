/** `roomkeeper reset` as a process: exit codes, what is printed, what is left alone. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startHomeserver, type Homeserver } from '../src/homeserver/index.ts';
import { lockFolder } from '../src/store/lock.ts';
import { openStore } from '../src/store/store.ts';
import { filesIn, temporaryFolder } from './store/support.ts';
import { startCommand } from './support/command.ts';
import { logIn, type Http, type Session } from './support/matrix-http.ts';

const PASSWORD = 'open sesame';

const run = (args: string[], env: Record<string, string>) => {
  const child = startCommand(['reset', ...args], env);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.finished;
};

/** A state folder with one room's record in it. */
async function filled(): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'state');
  const store = await openStore(folder, { fsync: false });
  await store.rooms.write('!a:test', {});
  await store.close();
  return folder;
}

const environment = (state: string, homeserver = 'http://127.0.0.1:9'): Record<string, string> => ({
  MATRIX_HOMESERVER: homeserver,
  MATRIX_USER_ID: '@bot:embedded.test',
  MATRIX_PASSWORD: PASSWORD,
  MATRIX_PLATFORM_BACKEND: 'mock',
  STATE_DIR: state,
});

/** A homeserver on which the bot is in one room and invited to another. */
async function inhabited(): Promise<{ homeserver: Homeserver; bot: Session; joined: string; invited: string }> {
  const homeserver = await startHomeserver({ serverName: 'embedded.test' });
  onTestFinished(() => homeserver.close());
  const [anna, self] = [homeserver.register('anna', 'secret'), homeserver.register('bot', PASSWORD)];
  const person = await logIn(homeserver.url, anna, 'secret');
  const bot = await logIn(homeserver.url, self, PASSWORD, 'SERVICE');
  const create = async (name: string) =>
    (await person.post<{ room_id: string }>('/createRoom', { name, invite: [self] })).room_id;
  const [joined, invited] = [await create('Chat 1'), await create('Come in')];
  await bot.post(`/rooms/${encodeURIComponent(joined)}/join`);
  return { homeserver, bot, joined, invited };
}

/** Where the bot is, and the devices of its account. */
async function whereabouts(bot: Http) {
  const { joined_rooms } = await bot.get<{ joined_rooms: string[] }>('/joined_rooms');
  const { rooms = {} } = await bot.get<{ rooms?: { invite?: object } }>('/sync');
  const { devices } = await bot.get<{ devices: { device_id: string }[] }>('/devices');
  return {
    joined: joined_rooms,
    invited: Object.keys(rooms.invite ?? {}),
    devices: devices.map((device) => device.device_id),
  };
}

test('the local state is deleted without asking the homeserver anything', async () => {
  const state = await filled();
  const { code, out, err } = await run([], environment(state));
  expect({ code, files: await filesIn(state) }).toEqual({ code: 0, files: ['lock'] });
  expect(out).toMatch(/^roomkeeper reset --mode local-only: a tool for development\.\n\nHomeserver: not contacted\./);
  expect(out).toContain(`Local state in ${state}, deleted:\n  host state     absent\n  rooms          1 record\n`);
  expect(err).toContain('reset is a tool for development');
});

test('a folder that cannot be emptied is told, and it ends with 1', async () => {
  const state = await filled();
  const blocked = path.join(state, 'state.db-journal');
  await mkdir(blocked, { recursive: true });
  const { code, out } = await run([], environment(state));
  expect(code).toBe(1);
  expect(out).toContain(`Local state in ${state}, NOT wholly deleted (Cannot remove ${blocked}: `);
});

test('a dry run leaves the local state', async () => {
  const state = await filled();
  const before = await filesIn(state);
  const { code, out } = await run(['--dry-run'], environment(state));
  expect({ code, files: await filesIn(state) }).toEqual({ code: 0, files: before });
  expect(out).toContain('This is a dry run: nothing was changed.');
  expect(out).toContain('would be deleted:');
});

test('a folder that is not there is told, and not made', async () => {
  const parent = await temporaryFolder();
  const { code, out } = await run([], environment(path.join(parent, 'state')));
  expect({ code, files: await filesIn(parent) }).toEqual({ code: 0, files: [] });
  expect(out).toContain(`Local state: there is no folder ${parent}/state; nothing to delete.`);
});

test.each(['--mode local-only', '--mode server-leave-forget', '--mode local-only --dry-run'])(
  'beside a running service %s ends with 3 and changes nothing',
  async (args) => {
    const state = await filled();
    const lock = lockFolder(state);
    onTestFinished(() => lock.release());
    const before = await filesIn(state);
    const { code, out, err } = await run(args.split(' '), environment(state));
    expect({ code, out, files: await filesIn(state) }).toEqual({ code: 3, out: '', files: before });
    expect(err).toContain(
      `The state folder ${state} is in use by another process (pid ${process.pid}); stop that one first or choose another STATE_DIR.\n`,
    );
  },
);

test('rooms are left and invites declined, and the session of the reset is gone', async () => {
  const { homeserver, bot, joined, invited } = await inhabited();
  const state = await filled();
  const { code, out, err } = await run(['--mode', 'server-leave-forget'], environment(state, homeserver.url));
  expect(code).toBe(0);
  expect(await whereabouts(bot)).toEqual({ joined: [], invited: [], devices: ['SERVICE'] });
  expect(await filesIn(state)).toEqual(['lock']);
  expect(out).toContain(`, 2 of 1 room and 1 invite left and forgotten:
  left      ${joined} "Chat 1"
  declined  ${invited} "Come in"
`);
  expect(out + err).not.toContain(PASSWORD);
});

test('a dry run lists them and changes nothing, neither there nor here', async () => {
  const { homeserver, bot, joined, invited } = await inhabited();
  const state = await filled();
  const files = await filesIn(state);
  const before = await whereabouts(bot);
  const args = ['--mode', 'server-leave-forget', '--dry-run'];
  const { code, out } = await run(args, environment(state, homeserver.url));
  expect({ code, files: await filesIn(state), ...(await whereabouts(bot)) }).toEqual({ code: 0, files, ...before });
  expect(before).toEqual({ joined: [joined], invited: [invited], devices: ['SERVICE'] });
  expect(out).toContain(`, 1 room and 1 invite would be left and forgotten:
  room      ${joined} "Chat 1"
  invite    ${invited} "Come in"
`);
});

test('with an access token no session is made, and that of the token stays', async () => {
  const { homeserver, bot } = await inhabited();
  const env: Record<string, string> = {
    ...environment(await filled(), homeserver.url),
    MATRIX_ACCESS_TOKEN: bot.token,
  };
  const { code, out, err } = await run(['--mode', 'server-leave-forget'], env);
  expect(code).toBe(0);
  expect(await whereabouts(bot)).toEqual({ joined: [], invited: [], devices: ['SERVICE'] });
  expect(out + err).not.toContain(bot.token);
});

test('a room that cannot be left is named, the others are left, the records stay, and it ends with 1', async () => {
  const { homeserver, bot, joined, invited } = await inhabited();
  const refusal = { errcode: 'M_FORBIDDEN', error: 'Not today' };
  const isOf = (room: string) => (request: { path: string }) => request.path.includes(room);
  homeserver.faults.add({ match: isOf(joined), answer: { kind: 'status', status: 403, body: refusal } });
  const state = await filled();
  const files = await filesIn(state);
  const { code, out } = await run(['--mode', 'server-leave-forget'], environment(state, homeserver.url));
  expect({ code, files: await filesIn(state) }).toEqual({ code: 1, files });
  expect(await whereabouts(bot)).toEqual({ joined: [joined], invited: [], devices: ['SERVICE'] });
  expect(out).toContain(`
  NOT LEFT  ${joined} "Chat 1": M_FORBIDDEN: Not today
  declined  ${invited} "Come in"

Local state in ${state}, kept, because not every room was left:
`);
});

test('a limit is waited for', async () => {
  const { homeserver, bot } = await inhabited();
  const body = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 100 };
  const match = ({ path: asked }: { path: string }) => asked.endsWith('/leave');
  homeserver.faults.add({ match, times: 3, answer: { kind: 'status', status: 429, body } });
  const { code } = await run(['--mode', 'server-leave-forget'], environment(await filled(), homeserver.url));
  expect({ code, ...(await whereabouts(bot)) }).toEqual({ code: 0, joined: [], invited: [], devices: ['SERVICE'] });
});

test('SIGINT ends the leaving; what was left is told, and the session is logged out', async () => {
  const { homeserver, bot, joined } = await inhabited();
  const asked = new Promise<void>((resolve) => {
    const match = (request: { path: string }) => {
      const hit = request.path.includes(joined) && request.path.endsWith('/leave');
      if (hit) resolve();
      return hit;
    };
    homeserver.faults.add({ match, answer: { kind: 'hang' } });
  });
  const state = await filled();
  const files = await filesIn(state);
  const child = startCommand(['reset', '--mode', 'server-leave-forget'], environment(state, homeserver.url));
  onTestFinished(() => void child.kill('SIGKILL'));
  await asked;
  child.kill('SIGINT');
  const { code, out } = await child.finished;
  expect({ code, files: await filesIn(state) }).toEqual({ code: 1, files });
  expect(out).toContain(`NOT LEFT  ${joined} "Chat 1": interrupted`);
  expect((await whereabouts(bot)).devices).toEqual(['SERVICE']);
});

test('a wrong password changes nothing and ends with 1', async () => {
  const { homeserver } = await inhabited();
  const state = await filled();
  const before = await filesIn(state);
  const env = { ...environment(state, homeserver.url), MATRIX_PASSWORD: 'wrong' };
  const { code, out, err } = await run(['--mode', 'server-leave-forget'], env);
  expect({ code, out, files: await filesIn(state) }).toEqual({ code: 1, out: '', files: before });
  expect(err).toContain('The homeserver refused the password of @bot:embedded.test (M_FORBIDDEN:');
});

test('a homeserver that does not list the rooms changes nothing, and the session is logged out', async () => {
  const { homeserver, bot } = await inhabited();
  const body = { errcode: 'M_UNKNOWN', error: 'Odd' };
  const match = ({ path: asked }: { path: string }) => asked.endsWith('/joined_rooms');
  homeserver.faults.add({ match, answer: { kind: 'status', status: 400, body } });
  const state = await filled();
  const before = await filesIn(state);
  const { code, err } = await run(['--mode', 'server-leave-forget'], environment(state, homeserver.url));
  expect({ code, files: await filesIn(state) }).toEqual({ code: 1, files: before });
  expect(err).toContain('The homeserver does not list the rooms of the bot (M_UNKNOWN: Odd); nothing was changed.\n');
  homeserver.faults.clear();
  expect((await whereabouts(bot)).devices).toEqual(['SERVICE']);
});

test('what is wrong with the command or the configuration is told', async () => {
  const state = await filled();
  const unknown = await run(['--mode', 'everything'], environment(state));
  expect(unknown.code).toBe(1);
  expect(unknown.err).toContain('Allowed choices are local-only, server-leave-forget.');
  const { MATRIX_PASSWORD: _, ...incomplete } = environment(state);
  expect((await run([], incomplete)).code).toBe(2);
  const file = path.join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const wrong = await run([], environment(file));
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain(`Cannot read the folder ${file}: a part of the path is a file, not a folder (ENOTDIR).`);
});

test('the help says what it is for and claims no more than it does', async () => {
  const { code, out } = await run(['--help'], {});
  expect(code).toBe(0);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    'for development only: delete the local state, or take the bot out of its rooms first; deletes no room, does not ask first',
  );
});
