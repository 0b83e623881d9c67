/** Rooms of a sync answer that cannot be read, or cannot be believed: each by itself. */
import { afterEach, describe, expect, test } from 'vitest';
import { MAX_PAGES } from '../../src/matrix/gap.ts';
import { HISTORY_TRIES } from '../../src/matrix/news.ts';
import { inShort, isHistory, isSync, openSync, said, type SyncHouse } from './sync-house.ts';
import { me, room, type Reply, type Seen } from './support.ts';

let house: SyncHouse;
afterEach(() => house.close());

const good = { timeline: { events: [said('good')] } };
const refusal: Reply = { status: 403, json: { errcode: 'M_FORBIDDEN', error: 'No' } };
const unknown: Reply = { status: 404, json: { errcode: 'M_NOT_FOUND', error: 'None' } };
const once =
  (rooms: unknown, more: (seen: Seen) => Reply = () => unknown) =>
  (seen: Seen): Reply => {
    if (!isSync(seen)) return more(seen);
    return seen.query.get('since') === 'next' ? 'hang' : { json: { next_batch: 'next', rooms } };
  };
const limited = (more: object = {}) => ({
  timeline: { events: [said('new')], limited: true, prev_batch: 'p', ...more },
});

describe('a part that is not as it should be costs itself alone', () => {
  const x = room('x');
  test.each<[string, object]>([
    ['an invite without events', { invite: { [x]: { invite_state: {} } } }],
    ['an invite whose events are null', { invite: { [x]: { invite_state: { events: null } } } }],
    ['an invite that is null', { invite: { [x]: null } }],
    ['invites that are a list', { invite: [] }],
    ['a room that is null', { join: { [x]: null } }],
    ['a timeline that is null', { join: { [x]: { timeline: null } } }],
    ['a timeline whose events are null', { join: { [x]: { timeline: { events: null } } } }],
    ['a token that is null', { join: { [x]: { timeline: { events: [], prev_batch: null } } } }],
    ['a limit that is null', { join: { [x]: { timeline: { limited: null } } } }],
    ['events that are none', { join: { [x]: { timeline: { events: [null, 7, [], {}, 'text'] } } } }],
    ['account data that are null', { join: { [x]: { account_data: null } } }],
    ['a room that is no room', { join: { 'not a room': good } }],
    ['rooms that were left that are null', { leave: null }],
    ['a room that was left that is null', { leave: { [x]: null } }],
  ])('%s', async (_, { join, ...more }: { join?: object }) => {
    house = await openSync(once({ join: { ...join, [room('a')]: good }, ...more }));
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $good']);
  });

  test('rooms that are null are none', async () => {
    house = await openSync(once(null));
    await house.reached('next');
    expect([house.received, house.told]).toEqual([[], []]);
  });
});

describe('a gap', () => {
  const pages = (answer: (seen: Seen, way: string) => Reply) =>
    once({ join: { [room('a')]: limited(), [room('b')]: good } }, (seen) =>
      isHistory(seen) ? answer(seen, seen.query.get('dir') ?? '') : unknown,
    );
  const asked = () =>
    house.server.seen.filter(isHistory).map(({ query }) => `${query.get('dir')} ${query.get('from')}`);

  test('is read to its end', async () => {
    house = await openSync(
      pages(({ query }) =>
        query.get('from') === 'old'
          ? { json: { chunk: [said('one')], end: 'middle' } }
          : { json: { chunk: [said('two')], end: 'p' } },
      ),
    );
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $one', 'a $two', 'a $new', 'b $good']);
    expect(asked()).toEqual(['f old', 'f middle']);
  });

  test.each<[string, object]>([
    ['null', { chunk: null, end: null }],
    ['nothing', {}],
    ['no list and no token', { chunk: 'all', end: 7 }],
    ['nothing readable', { chunk: [null, 7, {}] }],
  ])('whose history is %s is over', async (_, json) => {
    house = await openSync(pages(() => ({ json })));
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $new', 'b $good']);
  });

  test('that cannot be read from its older end is read from its newer one', async () => {
    house = await openSync(
      pages((_, way) => (way === 'f' ? refusal : { json: { chunk: [said('two'), said('one')], end: 'old' } })),
    );
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $one', 'a $two', 'a $new', 'b $good']);
    expect(asked()).toEqual(['f old', 'b p']);
  });

  test('that cannot be read at all is told in the room', async () => {
    house = await openSync(pages(() => refusal));
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a lost:$new', 'a $new', 'b $good']);
    expect(house.received[0]?.heard).toEqual({ type: 'memory.lost', eventId: '$new' });
  });

  test('that is too long is read from both ends, and what is between is told', async () => {
    const number = (from: string | null) => (from === 'old' || from === 'p' ? 0 : Number(from?.slice(1)));
    house = await openSync(
      pages(({ query }, way) => {
        const page = number(query.get('from'));
        return { json: { chunk: [said(`${way}${page}`)], end: `${way}${page + 1}` } };
      }),
    );
    await house.reached('next');
    const all = Array.from({ length: MAX_PAGES }, (_, page) => page);
    expect(inShort(house.received)).toEqual([
      ...all.map((page) => `a $f${page}`),
      `a lost:$b${MAX_PAGES - 1}`,
      ...all.toReversed().map((page) => `a $b${page}`),
      ...['a $new', 'b $good'],
    ]);
  });

  test('whose two ends meet has nothing between them', async () => {
    house = await openSync(
      pages(({ query }, way) => {
        if (way === 'b') return { json: { chunk: [said('two'), said('one')], end: 'b1' } };
        return query.get('from') === 'old' ? { json: { chunk: [said('one')], end: 'f1' } } : refusal;
      }),
    );
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $one', 'a $two', 'a $new', 'b $good']);
  });

  test('without a token is read up to the answer’s own position', async () => {
    house = await openSync(
      once({ join: { [room('a')]: limited({ prev_batch: null }) } }, ({ query }) =>
        query.get('to') === 'next' ? { json: { chunk: [said('one'), said('new')] } } : unknown,
      ),
    );
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $one', 'a $new']);
  });

  test('whose pages are too large is read in smaller ones', async () => {
    const tooLarge: Reply = { headers: { 'content-length': '999999999' } };
    house = await openSync(
      pages(({ query }) => (query.get('limit') === '1' ? { json: { chunk: [said('one')] } } : tooLarge)),
    );
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $one', 'a $new', 'b $good']);
  });

  test.each<[string, Reply]>([
    ['fails', { status: 503, text: 'Sorry' }],
    [
      'is limited for an hour',
      { status: 429, headers: { 'Retry-After': '3600' }, json: { errcode: 'M_LIMIT_EXCEEDED' } },
    ],
    ['is no history', { text: '<html>' }],
  ])('whose history %s holds nobody, and is given up at last', async (_, reply) => {
    house = await openSync(pages(() => reply));
    await house.clock.waited(1);
    expect([inShort(house.received), house.position]).toEqual([['b $good'], 'old']);
    house.clock.auto = true;
    house.clock.advance(500);
    await house.reached('next');
    expect(house.told).toEqual(Array.from({ length: HISTORY_TRIES - 1 }, () => 'failed HISTORY_UNREADABLE'));
    expect(house.clock.waits).toEqual([500, 1_000]);
    const last = inShort(house.received).slice(HISTORY_TRIES - 1);
    expect(last).toEqual(['a lost:$new', 'a $new', 'b $good']);
  });

  test('before the invite is none', async () => {
    const invite = {
      ...{ type: 'm.room.member', event_id: '$invite', sender: '@anna:test', state_key: me },
      content: { membership: 'invite' },
    };
    const joined = { timeline: { events: [said('before'), invite, said('after')], limited: true, prev_batch: 'p' } };
    house = await openSync(once({ join: { [room('a')]: joined } }));
    await house.reached('next');
    expect([inShort(house.received), asked()]).toEqual([['a $after'], []]);
  });
});

describe('what others say of a room is believed where the homeserver says it too', () => {
  const secret = (name: string) => ({
    ...{ type: 'm.room.encrypted', event_id: `$${name}`, sender: '@anna:test' },
    content: { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' },
  });
  const state = { ...secret('state'), type: 'm.room.encryption', state_key: '' };
  const inRoom = (...events: unknown[]) => ({ join: { [room('a')]: { timeline: { events } } } });

  test.each<[string, Reply, string[]]>([
    ['encrypted', { json: { algorithm: 'm.megolm.v1.aes-sha2' } }, ['a $1', 'a $2']],
    ['plain', unknown, []],
    ['encrypted, nobody says how', { json: {} }, ['a $1', 'a $2']],
    ['of nobody knows what', { status: 503, text: 'Sorry' }, []],
  ])('an encrypted message in a room that is %s', async (_, reply, expected) => {
    house = await openSync(once(inRoom(secret('1'), secret('2')), () => reply));
    await house.reached('next');
    expect(inShort(house.received)).toEqual(expected);
    expect(house.dropped).toEqual(expected.length > 0 ? [] : ['not encrypted', 'not encrypted']);
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room('a'))}/state/m.room.encryption/`;
    expect(house.server.seen.filter((seen) => !isSync(seen)).map(({ path }) => path)).toEqual([path]);
  });

  test('a room that turns encrypted says so itself; one under another key does not', async () => {
    house = await openSync(once(inRoom(state, { ...state, event_id: '$other', state_key: 'x' })));
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['a $state']);
  });

  const invite = (sender: string) => ({
    invite_state: { events: [{ type: 'm.room.member', state_key: me, sender, content: { membership: 'invite' } }] },
  });

  test.each<[string, string, Reply, object]>([
    [
      'of the homeserver itself',
      '@system:test',
      { json: { tags: { 'm.server_notice': {} } } },
      {
        ...{ type: 'invite.unwanted', why: 'it is for server notices' },
      },
    ],
    ['of a person', '@anna:test', { json: { tags: { 'u.work': {} } } }, { type: 'room.invited' }],
    ['of a person, where tags are null', '@anna:test', { json: { tags: null } }, { type: 'room.invited' }],
    ['of a person, where nobody knows tags', '@anna:test', unknown, { type: 'room.invited' }],
    ['from elsewhere', '@anna:elsewhere', { json: { tags: { 'm.server_notice': {} } } }, { type: 'room.invited' }],
  ])('an invite %s', async (_, person, reply, expected) => {
    house = await openSync(once({ invite: { [room('a')]: invite(person) } }, () => reply));
    await house.reached('next');
    expect(house.received).toEqual([{ room: room('a'), id: null, heard: { person, ...expected } }]);
  });

  test('what the homeserver says in its own room is for the log', async () => {
    const tag = { type: 'm.tag', content: { tags: { 'm.server_notice': {} } } };
    house = await openSync(
      once({ join: { [room('a')]: { ...good, account_data: { events: [null, tag] } }, [room('b')]: good } }),
    );
    await house.reached('next');
    expect(inShort(house.received)).toEqual(['b $good']);
    expect(house.log.lines).toEqual(['warn the homeserver has a notice for the account']);
  });
});
