import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../../src/matrix/client.ts';
import { Closed, MatrixFailure } from '../../src/matrix/errors.ts';
import { createSurvey } from '../../src/matrix/survey.ts';
import type { Reply, ScriptedServer, Seen } from './support.ts';
import { Clock, keptLog, limited, me, room, startServer } from './support.ts';

let server: ScriptedServer;
let clock: Clock;
let survey: ReturnType<typeof createSurvey>;
let log: ReturnType<typeof keptLog>;
beforeEach(() => {
  clock = new Clock();
  log = keptLog();
});
afterEach(async () => {
  survey.close();
  await server.close();
});

async function start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void> {
  server = await startServer(reply);
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log });
  survey = createSurvey({ api, me, chance: () => 1, log, wait: clock.wait });
}

const state = (type: string, content: unknown, state_key: unknown = '') => ({ type, state_key, content });
const joined = (...events: unknown[]) => ({ state: { events }, account_data: { events: [] } });
const answer = (join: unknown, more: object = {}): Reply => ({ json: { next_batch: 's1', rooms: { join, ...more } } });
const bare = (name: string) => ({
  ...{ room: room(name), isSpace: false, createdByMe: false, encrypted: false, name: null, marker: null, members: [] },
  ...{ parents: [], children: [], lastWord: null, replacement: null },
});

test('nobody in no room', async () => {
  await start(() => ({ json: { next_batch: 's1' } }));
  expect(await survey()).toEqual({ rooms: [], position: 's1', arrivals: [] });
  const { path, query } = server.seen[0]!;
  expect([path, query.get('since'), query.get('full_state'), query.get('timeout')]).toEqual([
    '/_matrix/client/v3/sync',
    null,
    'true',
    '0',
  ]);
  expect(query.get('filter')).not.toContain('"rooms"');
});

test('the sync is tried until it is answered', async () => {
  clock.auto = true;
  const replies: Reply[] = [{ status: 504, text: 'Gateway Timeout' }, 'cut', limited({ 'Retry-After': '9' })];
  await start((_, index) => replies[index] ?? answer({}));
  expect((await survey()).position).toBe('s1');
  expect(clock.waits).toEqual([500, 1_000, 9_000]);
});

test('what the homeserver refuses is said, and not tried again', async () => {
  await start(() => ({ status: 401, json: { errcode: 'M_UNKNOWN_TOKEN', error: 'Bye' } }));
  await expect(survey()).rejects.toEqual(
    new MatrixFailure({ kind: 'unauthorised', status: 401, code: 'M_UNKNOWN_TOKEN', detail: 'Bye' }),
  );
  expect(server.seen.length).toBe(1);
});

const tooLarge: Reply = { headers: { 'content-length': String(64 * 1024 * 1024 + 1) } };

test('an answer that is too large is asked for without what anybody may write any number of', async () => {
  await start((_, index) => (index === 0 ? tooLarge : answer({ [room('a')]: joined() })));
  expect((await survey()).rooms.map((known) => known.room)).toEqual([room('a')]);
  const asked = server.seen
    .filter(({ path }) => path.endsWith('/sync'))
    .map(({ query }) => query.get('filter') ?? '')
    .map((filter) => [filter.includes('m.space.child'), filter.includes('"m.room.message"')]);
  expect(asked).toEqual([
    [true, true],
    [false, false],
  ]);
});

test('an answer that is too large however little is asked for is not asked for again', async () => {
  await start(() => tooLarge);
  await expect(survey()).rejects.toEqual(
    new MatrixFailure({
      ...{ kind: 'refused', status: null, code: 'M_TOO_LARGE' },
      detail: 'The bot is in too many rooms to be told of all at once. The answer is larger than 67108864 bytes',
    }),
  );
  expect(server.seen.length).toBe(3);
});

test('a room for server notices is nobody’s', async () => {
  const tag = { type: 'm.tag', content: { tags: { 'm.server_notice': {} } } };
  const notices = { ...joined(), account_data: { events: [tag] } };
  await start(() => answer({ [room('a')]: notices, [room('b')]: joined() }));
  expect((await survey()).rooms.map((known) => known.room)).toEqual([room('b')]);
});

test('what others wrote into their rooms does no harm', async () => {
  await start(({ path }) =>
    path.endsWith('/members')
      ? {
          json: {
            chunk: [
              null,
              {},
              { state_key: 'nobody', content: { membership: 'join' } },
              { state_key: me, content: { membership: 'join' } },
              { state_key: '@anna:test', content: { membership: 'knock' } },
            ],
          },
        }
      : answer(
          {
            'no room id': joined(),
            [room('nothing')]: null,
            [room('odd')]: { state: 'none', account_data: { events: 7 } },
            [room('hostile')]: {
              state: {
                events: [
                  ...[null, 7, {}, { type: 'm.room.name' }, state('m.room.name', { name: 'not the room’s' }, 'key')],
                  ...[state('m.room.name', { name: 7 }), state('m.room.create', { type: ['m.space'] })],
                  ...[state('m.room.tombstone', { replacement_room: 'elsewhere' }), state('m.room.encryption', {})],
                  ...[
                    state('m.space.parent', { via: ['test'] }, 'no room'),
                    state('m.space.parent', { via: [7] }, '!p'),
                  ],
                  ...[state('m.space.child', { via: [] }, '!c'), state('m.space.child', {}, '!d')],
                ],
              },
              account_data: { events: [{ type: 'org.roomkeeper.room', content: { version: 1, kind: 'space' } }] },
            },
          },
          { invite: { 'no room id': {}, [room('i')]: null, [room('j')]: { invite_state: { events: [null] } } } },
        ),
  );
  expect(await survey()).toEqual({
    rooms: [bare('odd'), bare('hostile')],
    position: 's1',
    arrivals: [],
  });
});

test('a room is the bot’s own where the bot made it, whoever else says so in it', async () => {
  const made = (sender: string, content: object = {}) => joined({ ...state('m.room.create', content), sender });
  await start(({ path }) =>
    path.endsWith('/members')
      ? { json: { chunk: [] } }
      : answer({
          [room('mine')]: made(me),
          [room('other')]: made('@anna:test', { creator: me }),
          [room('said')]: joined({ ...state('m.room.name', {}), sender: me }),
        }),
  );
  const { rooms } = await survey();
  expect(rooms.map(({ createdByMe }) => createdByMe)).toEqual([true, false, false]);
});

test('of the last words only their id and sender are asked for: all texts at once would be too much', async () => {
  const word = (content: object) => ({ type: 'm.room.message', event_id: '$word', sender: '@anna:test', ...content });
  const said = (event: unknown) => ({ ...joined(), timeline: { events: [event] } });
  await start(({ path }) =>
    path.endsWith('/members')
      ? { json: { chunk: [] } }
      : answer({ [room('a')]: said(word({})), [room('b')]: said(word({ sender: 'nobody' })), [room('c')]: said(null) }),
  );
  const { rooms } = await survey();
  expect(rooms.map(({ lastWord }) => lastWord)).toEqual([{ eventId: '$word', sender: '@anna:test' }, null, null]);
  const filter = JSON.parse(server.seen[0]!.query.get('filter')!) as { event_fields: string[] };
  expect(filter.event_fields).toEqual([
    ...['type', 'state_key', 'event_id', 'sender'],
    ...['content.type', 'content.name', 'content.algorithm', 'content.replacement_room', 'content.via'],
  ]);
});

test('members are asked for few rooms at a time, and where they are not told there are none', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `r${index}`);
  const join = Object.fromEntries(names.map((name) => [room(name), joined()]));
  const member = (user: string, membership: string, ts: number) => ({
    ...{ state_key: user, content: { membership }, origin_server_ts: ts },
  });
  let open = 0;
  let most = 0;
  await start(async ({ path }) => {
    if (path.endsWith('/sync')) return answer(join);
    if (decodeURIComponent(path).includes(room('r7')))
      return { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } };
    open += 1;
    most = Math.max(most, open);
    await new Promise(setImmediate);
    open -= 1;
    return {
      json: { chunk: [member('@c:test', 'invite', 1), member('@b:test', 'join', 3), member('@a:test', 'join', 2)] },
    };
  });
  const { rooms } = await survey();
  const all = [
    { user: '@a:test', membership: 'join' },
    { user: '@b:test', membership: 'join' },
    { user: '@c:test', membership: 'invite' },
  ];
  expect(rooms.map(({ members }) => members)).toEqual(names.map((name) => (name === 'r7' ? [] : all)));
  expect(most).toBeLessThanOrEqual(8);
  expect(log.lines).toContain('warn members of the room cannot be read');
});

test('a survey under way ends when it is closed', async () => {
  await start(() => 'hang');
  const result = survey().catch((error: unknown) => error);
  await server.arrived(1);
  survey.close();
  expect(await result).toEqual(new Closed());
});

test('a room that a newer version marked is left out, with a word in the log', async () => {
  const newer = { type: 'org.roomkeeper.room', content: { version: 2, kind: 'something new' } };
  await start(({ path }) =>
    path.endsWith('/members')
      ? { json: { chunk: [] } }
      : answer({ [room('a')]: { ...joined(), account_data: { events: [newer] } }, [room('b')]: joined() }),
  );
  expect((await survey()).rooms.map(({ room }) => room)).toEqual([room('b')]);
  expect(log.lines).toEqual(['error marker of the room is of a newer version: it is left alone']);
});

test.each<[string, Reply, number]>([
  ['too large', { headers: { 'content-length': String(64 * 1024 * 1024 + 1) } }, 1],
  ['refused', { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } }, 1],
  ['away for good', { status: 503, text: 'Sorry' }, 5],
])('a room whose list of members is %s keeps no other from being known', async (_, reply, tries) => {
  clock.auto = true;
  const bob = { state_key: '@bob:test', content: { membership: 'join' } };
  await start(({ path }) => {
    if (path.endsWith('/sync')) return answer({ [room('a')]: joined(), [room('b')]: joined() });
    return path.includes('!a') ? reply : { json: { chunk: [bob] } };
  });
  expect((await survey()).rooms.map(({ members }) => members.map(({ user }) => user))).toEqual([[], ['@bob:test']]);
  expect(server.seen.filter(({ path }) => path.includes('!a')).length).toBe(tries);
});
