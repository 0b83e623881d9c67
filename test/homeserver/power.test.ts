import { describe, expect, test } from 'vitest';
import { createRoom, homeserver, id, type Person } from './world.ts';

/** Alice's room with Bob in it, on power 50, and Carol on none. */
async function threeOf(version: string) {
  const server = await homeserver();
  const [alice, bob, carol] = [server.person('alice'), server.person('bob'), server.person('carol')];
  const room = await createRoom(alice, {
    room_version: version,
    invite: [bob.userId, carol.userId],
    preset: 'private_chat',
  });
  for (const who of [bob, carol]) await who.post(`/rooms/${id(room)}/join`);
  const path = `/rooms/${id(room)}/state/m.room.power_levels`;
  const levels = await alice.get<{ users: Record<string, number> }>(path);
  await alice.put(path, { ...levels, users: { ...levels.users, [bob.userId]: 50 } });
  const put = async (who: Person, users: Record<string, number>, more: object = {}) => {
    const { status, body } = await who.request('PUT', path, { ...levels, users, ...more });
    return status === 200 ? 200 : (body as { error: string }).error;
  };
  return { server, alice, bob, carol, room, levels, path, put };
}

describe('room version 11', () => {
  test('nobody gives away or takes more power than they have', async () => {
    const { alice, bob, carol, put } = await threeOf('11');
    const all = { [alice.userId]: 100, [bob.userId]: 50 };
    expect(await put(bob, all)).toBe(
      "You don't have permission to post that to the room. user_level (50) < send_level (100)",
    );
    expect(await put(alice, { ...all, [carol.userId]: 101 })).toBe(
      "You don't have permission to add ops level greater than your own",
    );
    expect(await put(alice, { ...all, [carol.userId]: 100 })).toBe(200);
    expect(await put(carol, { ...all, [alice.userId]: 0, [carol.userId]: 100 })).toBe(
      "You don't have permission to remove ops level equal to your own",
    );
    expect(await put(alice, { ...all, [alice.userId]: 10, [carol.userId]: 100 })).toBe(200);
  });

  test('levels are integers of real users', async () => {
    const { alice, put } = await threeOf('11');
    expect(await put(alice, { [alice.userId]: 100, bob: 50 })).toBe('Not a valid user_id: bob');
    expect(await put(alice, { [alice.userId]: 100 }, { kick: '50' })).toBe('"kick": "50" is not of type \'integer\'');
  });

  test('equals cannot kick each other, and the lower not the higher', async () => {
    const { alice, bob, carol, room, put } = await threeOf('11');
    await put(alice, { [alice.userId]: 100, [bob.userId]: 50, [carol.userId]: 50 });
    const kick = async (who: Person, target: Person) =>
      (await who.request('POST', `/rooms/${id(room)}/kick`, { user_id: target.userId })).status;
    expect([await kick(bob, carol), await kick(bob, alice), await kick(alice, bob)]).toEqual([403, 403, 200]);
  });

  test('an event type that is a word of JavaScript has no level of its own', async () => {
    const { alice, carol, room, levels, path } = await threeOf('11');
    await alice.put(path, { ...levels, events_default: 50 });
    const { status } = await carol.request('PUT', `/rooms/${id(room)}/send/constructor/t`, {});
    expect(status).toBe(403);
  });
});

describe('room version 12', () => {
  test('the creator stands above all levels and in none of them', async () => {
    const { alice, bob, carol, room, put } = await threeOf('12');
    expect(await put(alice, { [alice.userId]: 100 })).toBe(
      `Creator user ${alice.userId} must not appear in content.users`,
    );
    expect(await put(alice, { [bob.userId]: 1_000_000 })).toBe(200);
    const kick = (who: Person, target: Person) =>
      who.request('POST', `/rooms/${id(room)}/kick`, { user_id: target.userId });
    expect((await kick(bob, alice)).status).toBe(403);
    expect((await kick(bob, carol)).status).toBe(200);
    expect((await kick(alice, bob)).status).toBe(200);
  });

  test('room ids are the ids of their create events', async () => {
    const { server, room } = await threeOf('12');
    expect(room).toMatch(/^![\w-]{43}$/);
    expect(server.events(room)[0]?.event_id).toBe(`$${room.slice(1)}`);
  });

  test('those invited into a trusted room are creators too', async () => {
    const server = await homeserver();
    const [alice, bob] = [server.person('alice'), server.person('bob')];
    const room = await createRoom(alice, { preset: 'trusted_private_chat', invite: [bob.userId], room_version: '12' });
    await bob.post(`/rooms/${id(room)}/join`);
    expect(server.events(room)[0]?.content).toEqual({ room_version: '12', additional_creators: [bob.userId] });
    const { status } = await bob.request('PUT', `/rooms/${id(room)}/state/m.room.tombstone`, {
      body: 'over',
      replacement_room: '!other:demo.test',
    });
    expect(status).toBe(200);
  });
});
