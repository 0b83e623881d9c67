import { expect, it, test } from 'vitest';
import { useRoomWork, person, refused } from './room-work.ts';
import { limited, me, room, type Reply, type Seen } from './support.ts';

const stage = useRoomWork();
const HERE = room('a');
const bob = '@bob:test';
const crowd = { members: [], open: true };
const member = (user: string, membership: unknown = 'join') => ({
  type: 'm.room.member',
  state_key: user,
  content: { membership },
});
const anna = { json: { chunk: [member(me), member(person)] } };
const nothing = refused(404, 'M_NOT_FOUND');

/** A homeserver that says this of the room; the rules of a room that says nothing are not there. */
const saying =
  ({
    rule = nothing,
    visibility = nothing,
    members = anna,
  }: Partial<Record<'rule' | 'visibility' | 'members', Reply>>) =>
  ({ path }: Seen): Reply => {
    if (path.includes('/members')) return members;
    return path.includes('join_rules') ? rule : visibility;
  };
const json = (content: unknown): Reply => ({ json: content });

const cases: [string, Parameters<typeof saying>[0], unknown][] = [
  [
    'its members, and who is invited',
    { members: json({ chunk: [member(person), member(bob, 'invite')] }) },
    { members: [person, bob], open: false },
  ],
  [
    'nobody who is out, or knocks',
    { members: json({ chunk: [member(person), member(bob, 'knock')] }) },
    { members: [person], open: false },
  ],
  ['everybody where all may come in', { rule: json({ join_rule: 'public' }) }, crowd],
  ['everybody where all may read', { visibility: json({ history_visibility: 'world_readable' }) }, crowd],
  ...[null, 7, '', {}, []].flatMap((odd): typeof cases => [
    [
      `its members where its rule is ${JSON.stringify(odd)}`,
      { rule: json({ join_rule: odd }) },
      { members: [person], open: false },
    ],
    [
      `its members where who may read is ${JSON.stringify(odd)}`,
      { visibility: json({ history_visibility: odd }) },
      { members: [person], open: false },
    ],
  ]),
  [
    'its members where its rules are empty',
    { rule: json({}), visibility: json({}) },
    { members: [person], open: false },
  ],
  [
    'those of its members that are any',
    { members: json({ chunk: [null, 7, member(person, 7), member('bob'), member(bob)] }) },
    { members: [bob], open: false },
  ],
  ['nothing where the bot is out', { members: refused(403, 'M_FORBIDDEN') }, null],
  ['everybody where the homeserver does not list them', { members: refused(400, 'M_INVALID_PARAM') }, crowd],
  ['everybody where it does not know how', { members: refused(404, 'M_UNRECOGNIZED') }, crowd],
];

it.each(cases)('a look into a room shows %s', async (_, said, seen) => {
  stage.clock.auto = true;
  await stage.start(saying(said));
  expect(await stage.work.companyIn(HERE, person)).toEqual(seen);
  expect(stage.clock.waits).toEqual([]);
});

test.each<[string, Reply]>([
  ['are no list', { json: { chunk: null } }],
  ['are not there', { json: {} }],
  ['fail', { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Internal' } }],
])('a room whose members %s is asked for them eight times, then everybody is there', async (_, members) => {
  stage.clock.auto = true;
  await stage.start(saying({ members }));
  expect(await stage.work.companyIn(HERE, person)).toEqual(crowd);
  expect(stage.calls().filter((call) => call.includes('/members'))).toHaveLength(8);
});

test('a homeserver that is away, or limits, says nothing of a room', async () => {
  stage.clock.auto = true;
  const away: Reply[] = Array<Reply>(30).fill({ status: 502, text: '' });
  away.push(...Array<Reply>(9).fill({ text: '<html>' }));
  await stage.start((seen, index) => away[index] ?? (index < 40 ? limited({ 'Retry-After': '1' }) : saying({})(seen)));
  expect(await stage.work.companyIn(HERE, person)).toEqual({ members: [person], open: false });
});

test('looks of one person that never end keep nobody else waiting', async () => {
  await stage.start((seen) => (seen.path.includes('dead') ? 'hang' : { json: { event_id: '$1' } }));
  const looks = Promise.allSettled(
    Array.from({ length: 30 }, (_, n) => stage.work.companyIn(room(`dead${n}`), person)),
  );
  await stage.server.arrived(1);
  expect(await stage.work.setName(HERE, 'Plans')).toEqual({ ok: true });
  stage.work.close();
  await looks;
});
