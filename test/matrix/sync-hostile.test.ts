/** Any JSON in any place of what a homeserver answers: nothing is thrown, others are served, the position moves. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { createClient } from '../../src/matrix/client.ts';
import { createSurvey } from '../../src/matrix/survey.ts';
import { anything, inJson, pathsOf, withAt, type Path } from './any-json.ts';
import { inShort, isSync, openSync, said } from './sync-house.ts';
import { Clock, keptLog, me, room, startServer, type Reply, type Seen } from './support.ts';

const state = (type: string, content: object, state_key = '') => ({
  ...{ type, state_key, event_id: `$${type}`, sender: '@anna:test', origin_server_ts: 1, content },
  unsigned: { prev_content: { membership: 'leave' } },
});
const message = (content: object, type = 'm.room.message') => ({ ...said('x'), event_id: '$m', type, content });

/** One of everything that the specification puts into the answer. */
const answer = {
  next_batch: 'next',
  account_data: { events: [{ type: 'm.direct', content: { '@anna:test': ['!x:test'] } }] },
  presence: { events: [] },
  to_device: { events: [] },
  device_lists: { changed: [], left: [] },
  rooms: {
    join: {
      '!x:test': {
        summary: { 'm.heroes': ['@anna:test'], 'm.joined_member_count': 2 },
        state: {
          events: [state('m.room.create', { type: 'm.space' }), state('m.room.encryption', { algorithm: 'x' })],
        },
        state_after: { events: [state('m.room.name', { name: 'x' })] },
        timeline: {
          events: [
            state('m.room.member', { membership: 'join', displayname: 'Anna' }, '@anna:test'),
            ...[state('m.room.name', { name: 'x' }), state('m.room.tombstone', { replacement_room: '!y:test' })],
            ...[state('m.room.encryption', { algorithm: 'm.megolm' }), state('m.room.create', { room_version: '12' })],
            message({ msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: '<b>x</b>' }),
            message({ msgtype: 'm.text', body: '* x', 'm.new_content': { msgtype: 'm.text', body: 'x' } }),
            message({ msgtype: 'm.text', body: '!help', 'm.mentions': { user_ids: [me] } }),
            message({ msgtype: 'm.file', body: 'x', filename: 'x', url: 'mxc://test/x', info: { size: 1 } }),
            message({
              ...{ msgtype: 'm.text', body: '> <@bot:test> x\n\ny' },
              'm.relates_to': { rel_type: 'm.thread', event_id: '$0', 'm.in_reply_to': { event_id: '$0' } },
            }),
            message({ 'm.relates_to': { rel_type: 'm.annotation', event_id: '$0', key: '👍' } }, 'm.reaction'),
            message({ algorithm: 'm.megolm', ciphertext: 'x' }, 'm.room.encrypted'),
            { ...message({ redacts: '$0' }, 'm.room.redaction'), redacts: '$0' },
          ],
          limited: true,
          prev_batch: 'p',
        },
        ephemeral: { events: [{ type: 'm.typing', content: { user_ids: ['@anna:test'] } }] },
        account_data: { events: [{ type: 'm.tag', content: { tags: { 'u.work': { order: 0.5 } } } }] },
        unread_notifications: { highlight_count: 0, notification_count: 1 },
      },
    },
    invite: {
      '!i:test': {
        invite_state: {
          events: [
            ...[state('m.room.create', { type: 'm.space' }), state('m.room.name', { name: 'i' })],
            state('m.room.member', { membership: 'invite', is_direct: true }, me),
          ],
        },
      },
    },
    leave: { '!l:test': { timeline: { events: [state('m.room.member', { membership: 'leave' }, me)] } } },
    knock: { '!k:test': { knock_state: { events: [] } } },
  },
};
const history = { chunk: [said('past')], start: 's', end: 'p', state: [] };
const tags = { tags: { 'u.work': {} } };
const encryption = { algorithm: 'm.megolm' };

/** So that what stands beside it can be added wherever a list, null or a word was put. */
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const textOf = (value: unknown): Reply => ({ text: inJson(value) });

const changedAt = (whole: object, isFree: (path: Path) => boolean = () => true) =>
  fc.tuple(fc.constantFrom(...pathsOf(whole).filter(isFree)), anything).map(([path, put]) => withAt(whole, path, put));

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

test('any JSON in any place of a sync answer, of a history, of tags and of state', async () => {
  const changed = fc.record(
    {
      answer: changedAt(answer, ([part]) => part !== undefined && part !== 'next_batch'),
      history: changedAt(history, (path) => path.length > 0),
      tags: changedAt(tags),
      encryption: changedAt(encryption),
    },
    { requiredKeys: [] },
  );
  let next: { answer?: unknown; history?: unknown; tags?: unknown; encryption?: unknown } = {};
  let runs = 0;
  let wake = Promise.withResolvers<void>();
  const house = await openSync(async ({ path, query }: Seen): Promise<Reply> => {
    if (path.endsWith('/messages')) return textOf(next.history ?? history);
    if (path.endsWith('/tags')) return textOf(next.tags ?? tags);
    if (path.includes('/state/')) return textOf(next.encryption ?? encryption);
    const served = (Number(query.get('since')?.slice(1)) || 0) + 1;
    while (served > runs) await wake.promise;
    const whole = structuredClone(next.answer ?? answer) as typeof answer;
    const good = { [room('good')]: { timeline: { events: [said(`good ${served}`)] } } };
    const rooms = objectOf(whole.rooms);
    const join = { ...objectOf(rooms.join), ...good };
    return textOf({ ...whole, next_batch: `n${served}`, rooms: { ...rooms, join } });
  });
  closing.push(() => house.close());
  house.clock.auto = true;
  await fc.assert(
    fc.asyncProperty(changed, async (one) => {
      next = one;
      house.received.length = 0;
      runs += 1;
      wake.resolve();
      wake = Promise.withResolvers();
      await house.reached(`n${runs}`);
      const ofGood = inShort(house.received).filter((what) => what.startsWith('good '));
      expect(ofGood).toEqual([`good $good ${runs}`]);
    }),
    { numRuns: 300 },
  );
  expect(house.told.filter((what) => what !== 'succeeded')).toEqual([]);
  expect(house.log.lines.filter((line) => line.startsWith('error'))).toEqual([]);
});

test('any JSON in any place of the first answer', async () => {
  const marker = { version: 1, person: '@anna:test', kind: 'chat', number: 1, name: 'x', archived: false };
  const data = { account_data: { events: [{ type: 'org.roomkeeper.room', content: marker }] } };
  const join = { '!x:test': { ...answer.rooms.join['!x:test'], ...data } };
  const members = { chunk: [state('m.room.member', { membership: 'join' }, '@anna:test')] };
  const whole = { next_batch: 'next', rooms: { ...answer.rooms, join } };
  let next: { answer: unknown; members: unknown };
  const server = await startServer((seen): Reply => {
    if (isSync(seen)) {
      const { rooms, ...rest } = next.answer as typeof whole;
      const shown = objectOf(rooms);
      const good = { [room('good')]: { state: { events: [state('m.room.name', { name: 'good' })] } } };
      return textOf({ ...rest, rooms: { ...shown, join: { ...objectOf(shown.join), ...good } } });
    }
    return textOf(seen.path.endsWith('/members') ? next.members : tags);
  });
  const log = keptLog();
  const api = createClient({ homeserver: server.url, accessToken: 't', me, log });
  const survey = createSurvey({ api, me, chance: () => 1, log, wait: new Clock().wait });
  closing.push(server.close, async () => survey.close());
  const changed = fc.record({
    answer: changedAt(whole, ([part]) => part === 'rooms'),
    members: changedAt(members, (path) => path.length > 0),
  });
  await fc.assert(
    fc.asyncProperty(changed, async (one) => {
      next = one;
      const { position, rooms } = await survey();
      expect(position).toBe('next');
      expect(rooms.find((known) => known.room === room('good'))?.name).toBe('good');
    }),
    { numRuns: 150 },
  );
});
