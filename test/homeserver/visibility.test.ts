import { expect, test } from 'vitest';
import { createRoom, homeserver, id, type Person, sendPath, text } from './world.ts';

interface Event {
  content: { body?: string };
}

const bodiesOf = (events: Event[]) => events.map((event) => event.content.body).filter((body) => body !== undefined);

/** What Bob reads of a room in which things were said before his invite, between invite and join, while in, and after. */
async function whatBobReads(visibility: string) {
  const server = await homeserver();
  const [alice, bob, mallory] = [server.person('alice'), server.person('bob'), server.person('mallory')];
  const content = { history_visibility: visibility };
  const room = await createRoom(alice, { initial_state: [{ type: 'm.room.history_visibility', content }] });
  const say = (body: string) => alice.put(sendPath(room, body), text(body));
  await say('before');
  await alice.post(`/rooms/${id(room)}/invite`, { user_id: bob.userId });
  await say('invited');
  await bob.post(`/rooms/${id(room)}/join`);
  await say('joined');
  const read = async (who: Person) => {
    const { body } = await who.request('GET', `/rooms/${id(room)}/messages`, undefined, { dir: 'f', limit: 100 });
    return bodiesOf((body as { chunk?: Event[] }).chunk ?? []);
  };
  const synced = async () => {
    const answer = await bob.get<{ rooms: { join: Record<string, { timeline: { events: Event[] } }> } }>('/sync');
    return bodiesOf(answer.rooms.join[room]?.timeline.events ?? []);
  };
  const inside = await read(bob);
  const sync = await synced();
  await bob.post(`/rooms/${id(room)}/leave`);
  await say('left');
  return { inside, sync, after: await read(bob), outsider: await read(mallory) };
}

test.each([
  ['joined', ['joined'], []],
  ['invited', ['invited', 'joined'], []],
  ['shared', ['before', 'invited', 'joined'], []],
  ['world_readable', ['before', 'invited', 'joined'], ['before', 'invited', 'joined', 'left']],
])('of a room with history visibility %s', async (visibility, member, outsider) => {
  expect(await whatBobReads(visibility)).toEqual({ inside: member, sync: member, after: member, outsider });
});
