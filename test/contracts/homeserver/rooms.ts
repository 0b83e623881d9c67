import { describe, expect, test } from 'vitest';
import {
  containing,
  createRoom,
  getState,
  id,
  type Lab,
  type MatrixEvent,
  putState,
  refusal,
  send,
  types,
} from './lab.ts';

/** What /createRoom makes, and the state of rooms. */
export function rooms(lab: Lab): void {
  test.each([
    ['private_chat', { join_rule: 'invite' }, { history_visibility: 'shared' }],
    ['trusted_private_chat', { join_rule: 'invite' }, { history_visibility: 'shared' }],
    ['public_chat', { join_rule: 'public' }, { history_visibility: 'shared' }],
  ])('the preset %s sets join rules and history visibility', async (preset, rules, visibility) => {
    const alice = await lab.person();
    const room = await createRoom(alice, { preset });
    expect(await getState(alice, room, 'm.room.join_rules')).toEqual(rules);
    expect(await getState(alice, room, 'm.room.history_visibility')).toEqual(visibility);
  });

  test('a room without any option is private and holds its creator', async () => {
    const alice = await lab.person();
    const { room_id: room } = await alice.post<{ room_id: string }>('/createRoom');
    expect(await getState(alice, room, 'm.room.join_rules')).toEqual({ join_rule: 'invite' });
    expect(await getState(alice, room, 'm.room.member', alice.userId)).toEqual(containing({ membership: 'join' }));
  });

  test('name, topic and the state asked for are set', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice, {
      name: 'C1',
      topic: 'A chat',
      initial_state: [
        { type: 'org.example.marker', state_key: 'key', content: { chat: 1 } },
        { type: 'm.room.history_visibility', content: { history_visibility: 'joined' } },
      ],
    });
    expect(await getState(alice, room, 'm.room.name')).toEqual({ name: 'C1' });
    expect(await getState(alice, room, 'm.room.topic')).toEqual(containing({ topic: 'A chat' }));
    expect(await getState(alice, room, 'org.example.marker', 'key')).toEqual({ chat: 1 });
    expect(await getState(alice, room, 'm.room.history_visibility')).toEqual({ history_visibility: 'joined' });
  });

  test('the whole state comes as events', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice, { name: 'whole' });
    const state = await alice.get<MatrixEvent[]>(`/rooms/${id(room)}/state`);
    expect(new Set(types(state))).toEqual(
      new Set([
        'm.room.create',
        'm.room.member',
        'm.room.power_levels',
        'm.room.join_rules',
        'm.room.history_visibility',
        'm.room.guest_access',
        'm.room.name',
      ]),
    );
    expect(state.find((event) => event.type === 'm.room.name')).toEqual(
      containing({ room_id: room, sender: alice.userId, state_key: '', content: { name: 'whole' } }),
    );
  });

  describe.each(['11', '12'])('room version %s', (version) => {
    test('is the one that was asked for', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice, { room_version: version });
      expect(await getState(alice, room, 'm.room.create')).toEqual({ room_version: version });
    });

    test('names a server in its room ids only before 12', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice, { room_version: version });
      expect(room.endsWith(`:${lab.homeserver.serverName}`)).toBe(version === '11');
    });

    test('lists its creator in the power levels only before 12', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice, { room_version: version });
      const { users } = await getState(alice, room, 'm.room.power_levels');
      expect(users).toEqual(version === '11' ? { [alice.userId]: 100 } : {});
    });

    test('takes the creator in power_level_content_override only before 12', async () => {
      const alice = await lab.person();
      const reply = await alice.request('POST', '/createRoom', {
        room_version: version,
        power_level_content_override: { users: { [alice.userId]: 100 } },
      });
      expect(reply.status).toBe(version === '11' ? 200 : 400);
    });

    test('lets its creator change the power levels, and nobody below them', async () => {
      const [alice, bob] = await lab.people('alice', 'bob');
      const room = await createRoom(alice, { room_version: version, invite: [bob.userId] });
      await bob.post(`/rooms/${id(room)}/join`);
      const levels = await getState(alice, room, 'm.room.power_levels');
      const path = `/rooms/${id(room)}/state/m.room.power_levels/`;
      expect(await bob.request('PUT', path, { ...levels, events_default: 0 })).toEqual(refusal(403, 'M_FORBIDDEN'));
      await putState(alice, room, 'm.room.power_levels', { ...levels, events_default: 50 });
      expect(await getState(bob, room, 'm.room.power_levels')).toEqual({ ...levels, events_default: 50 });
      const message = await bob.request('PUT', `/rooms/${id(room)}/send/m.room.message/1`, {
        msgtype: 'm.text',
        body: 'no',
      });
      expect(message).toEqual(refusal(403, 'M_FORBIDDEN'));
    });
  });

  test('an override of the power levels is merged into the defaults', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice, { power_level_content_override: { events_default: 100, invite: 75 } });
    const levels = await getState(alice, room, 'm.room.power_levels');
    expect(levels).toEqual(containing({ events_default: 100, invite: 75, state_default: 50, users_default: 0 }));
  });

  test('an unknown room version and an invitee who is no user id are refused', async () => {
    const alice = await lab.person();
    expect(await alice.request('POST', '/createRoom', { room_version: '99' })).toEqual(
      refusal(400, 'M_UNSUPPORTED_ROOM_VERSION'),
    );
    expect(await alice.request('POST', '/createRoom', { invite: ['bob'] })).toEqual(refusal(400, 'M_UNKNOWN'));
  });

  test('state is replaced under its key, and keys are apart', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await putState(alice, room, 'org.example.state', { value: 1 }, 'a');
    await putState(alice, room, 'org.example.state', { value: 2 }, 'b');
    await putState(alice, room, 'org.example.state', { value: 3 }, 'a');
    expect(await getState(alice, room, 'org.example.state', 'a')).toEqual({ value: 3 });
    expect(await getState(alice, room, 'org.example.state', 'b')).toEqual({ value: 2 });
  });

  test('the empty state key may be left out of the path', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await alice.put(`/rooms/${id(room)}/state/m.room.name`, { name: 'short' });
    expect(await alice.get(`/rooms/${id(room)}/state/m.room.name`)).toEqual({ name: 'short' });
    expect(await getState(alice, room, 'm.room.name')).toEqual({ name: 'short' });
  });

  test('the same state again is the same event', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const first = await putState(alice, room, 'm.room.name', { name: 'same' });
    expect(await putState(alice, room, 'm.room.name', { name: 'same' })).toBe(first);
    expect(await putState(alice, room, 'm.room.name', { name: 'other' })).not.toBe(first);
  });

  test('state that was never set is 404', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    expect(await alice.request('GET', `/rooms/${id(room)}/state/m.room.name`)).toEqual(refusal(404, 'M_NOT_FOUND'));
  });

  test('the state of a room is closed to those outside', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice, { name: 'secret' });
    expect(await mallory.request('GET', `/rooms/${id(room)}/state`)).toEqual(refusal(403, 'M_FORBIDDEN'));
    expect(await mallory.request('GET', `/rooms/${id(room)}/state/m.room.name`)).toEqual(refusal(403, 'M_FORBIDDEN'));
    expect(await mallory.request('PUT', `/rooms/${id(room)}/state/m.room.name`, { name: 'mine' })).toEqual(
      refusal(403, 'M_FORBIDDEN'),
    );
  });

  test('one without the power to set state is refused', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { name: 'hers', invite: [bob.userId] });
    await bob.post(`/rooms/${id(room)}/join`);
    expect(await bob.request('PUT', `/rooms/${id(room)}/state/m.room.name`, { name: 'his' })).toEqual(
      refusal(403, 'M_FORBIDDEN'),
    );
    expect(await getState(bob, room, 'm.room.name')).toEqual({ name: 'hers' });
  });

  test('a state event cannot be forged by its key', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { invite: [bob.userId], power_level_content_override: { state_default: 0 } });
    await bob.post(`/rooms/${id(room)}/join`);
    const path = `/rooms/${id(room)}/state/org.example.owned/${id(alice.userId)}`;
    expect(await bob.request('PUT', path, { forged: true })).toEqual(refusal(403, 'M_FORBIDDEN'));
  });

  test('an alias leads to its room, is unique, and can be taken away', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const local = lab.unique('alias');
    const alias = `#${local}:${lab.homeserver.serverName}`;
    const room = await createRoom(alice, { room_alias_name: local });
    expect(await bob.get(`/directory/room/${id(alias)}`)).toEqual({
      room_id: room,
      servers: [lab.homeserver.serverName],
    });
    expect(await getState(alice, room, 'm.room.canonical_alias')).toEqual({ alias });
    expect(await bob.request('POST', '/createRoom', { room_alias_name: local })).toEqual(refusal(400, 'M_ROOM_IN_USE'));
    expect(await bob.request('DELETE', `/directory/room/${id(alias)}`)).toEqual(refusal(403, 'M_FORBIDDEN'));
    expect(await alice.request('DELETE', `/directory/room/${id(alias)}`)).toEqual({ status: 200, body: {} });
    expect(await bob.request('GET', `/directory/room/${id(alias)}`)).toEqual(refusal(404, 'M_NOT_FOUND'));
  });

  test('an alias can be put on a room later, once', async () => {
    const alice = await lab.person();
    const alias = `#${lab.unique('later')}:${lab.homeserver.serverName}`;
    const room = await createRoom(alice);
    expect(await alice.put(`/directory/room/${id(alias)}`, { room_id: room })).toEqual({});
    expect((await alice.request('PUT', `/directory/room/${id(alias)}`, { room_id: room })).status).toBe(409);
    expect(await alice.get(`/rooms/${id(room)}/aliases`)).toEqual({ aliases: [alias] });
  });

  test('an upgrade leaves a tombstone and leads to a room that knows where it came from', async () => {
    const alice = await lab.person();
    const old = await createRoom(alice, { room_version: '11', name: 'moves' });
    const { replacement_room: next } = await alice.post<{ replacement_room: string }>(`/rooms/${id(old)}/upgrade`, {
      new_version: '12',
    });
    expect(await getState(alice, old, 'm.room.tombstone')).toEqual(containing({ replacement_room: next }));
    const create = await getState(alice, next, 'm.room.create');
    expect(create).toEqual(containing({ room_version: '12', predecessor: containing({ room_id: old }) }));
    expect(await getState(alice, next, 'm.room.name')).toEqual({ name: 'moves' });
    await send(alice, next, 'm.room.message', { msgtype: 'm.text', body: 'here' });
  });

  test('after an upgrade people below power 50 can no longer speak in the old room', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const old = await createRoom(alice, { room_version: '11', invite: [bob.userId] });
    await bob.post(`/rooms/${id(old)}/join`);
    await alice.post(`/rooms/${id(old)}/upgrade`, { new_version: '12' });
    const reply = await bob.request('PUT', `/rooms/${id(old)}/send/m.room.message/1`, {
      msgtype: 'm.text',
      body: 'late',
    });
    expect(reply).toEqual(refusal(403, 'M_FORBIDDEN'));
  });
}
