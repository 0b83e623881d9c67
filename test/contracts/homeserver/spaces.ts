import { expect, test } from 'vitest';
import { containing, createRoom, getState, id, type Lab, putState, refusal } from './lab.ts';

/** Spaces and what hangs under them. */
export function spaces(lab: Lab): void {
  const space = {
    creation_content: { type: 'm.space' },
    name: 'Space',
    power_level_content_override: { events_default: 100 },
  };
  const hierarchy = (room: string) => `/_matrix/client/v1/rooms/${id(room)}/hierarchy`;

  test('a space is a room of that type', async () => {
    const alice = await lab.person();
    const root = await createRoom(alice, space);
    expect(await getState(alice, root, 'm.room.create')).toEqual(containing({ type: 'm.space' }));
  });

  test('rooms hang under it in the order asked for', async () => {
    const alice = await lab.person();
    const via = [lab.homeserver.serverName];
    const root = await createRoom(alice, space);
    const [one, two] = [await createRoom(alice, { name: 'C1' }), await createRoom(alice, { name: 'C2' })];
    await putState(alice, root, 'm.space.child', { via, order: 'b' }, one);
    await putState(alice, root, 'm.space.child', { via, order: 'a' }, two);
    await putState(alice, one, 'm.space.parent', { via, canonical: true }, root);
    const { rooms } = await alice.get<{ rooms: { room_id: string; children_state: unknown[] }[] }>(hierarchy(root));
    expect(rooms).toEqual([
      containing({ room_id: root, room_type: 'm.space', name: 'Space', num_joined_members: 1 }),
      containing({ room_id: two, name: 'C2', children_state: [] }),
      containing({ room_id: one, name: 'C1', children_state: [] }),
    ]);
    expect(rooms[0]?.children_state).toEqual([
      containing({ type: 'm.space.child', state_key: two, content: { via, order: 'a' }, sender: alice.userId }),
      containing({ type: 'm.space.child', state_key: one, content: { via, order: 'b' }, sender: alice.userId }),
    ]);
  });

  test('an empty child is none', async () => {
    const alice = await lab.person();
    const root = await createRoom(alice, space);
    const room = await createRoom(alice);
    await putState(alice, root, 'm.space.child', { via: [lab.homeserver.serverName] }, room);
    await putState(alice, root, 'm.space.child', {}, room);
    const { rooms } = await alice.get<{ rooms: unknown[] }>(hierarchy(root));
    expect(rooms).toEqual([containing({ room_id: root, children_state: [] })]);
  });

  test('the members of a space see the rooms that they may join, and no others', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const via = [lab.homeserver.serverName];
    const root = await createRoom(alice, { ...space, invite: [bob.userId] });
    await bob.post(`/rooms/${id(root)}/join`);
    const open = await createRoom(alice, {
      name: 'open',
      initial_state: [
        {
          type: 'm.room.join_rules',
          content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: root }] },
        },
      ],
    });
    const closed = await createRoom(alice, { name: 'closed' });
    await putState(alice, root, 'm.space.child', { via, order: 'a' }, open);
    await putState(alice, root, 'm.space.child', { via, order: 'b' }, closed);
    const { rooms } = await bob.get<{ rooms: { room_id: string }[] }>(hierarchy(root));
    expect(rooms.map((room) => room.room_id)).toEqual([root, open]);
    expect(await bob.post(`/rooms/${id(open)}/join`)).toEqual({ room_id: open });
  });

  test('a space is closed to those outside', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const root = await createRoom(alice, space);
    expect(await mallory.request('GET', hierarchy(root))).toEqual(refusal(403, 'M_FORBIDDEN'));
  });

  test('one without power cannot hang rooms under it', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const root = await createRoom(alice, { ...space, invite: [bob.userId] });
    await bob.post(`/rooms/${id(root)}/join`);
    const path = `/rooms/${id(root)}/state/m.space.child/${id(await createRoom(bob))}`;
    expect(await bob.request('PUT', path, { via: [lab.homeserver.serverName] })).toEqual(refusal(403, 'M_FORBIDDEN'));
  });
}
