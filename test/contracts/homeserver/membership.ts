import { expect, test } from 'vitest';
import {
  containing,
  createRoom,
  filter,
  getState,
  id,
  join,
  joined,
  type Lab,
  now,
  refusal,
  roomOf,
  say,
  sync,
} from './lab.ts';

/** Invites, joins, leaves: what each side is told. */
export function membership(lab: Lab): void {
  test('an invite comes over sync with what is needed to judge it', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { name: 'For Bob', invite: [bob.userId], is_direct: true });
    const events = (await sync(bob)).rooms?.invite?.[room]?.invite_state.events ?? [];
    const told = new Map(events.map((event) => [`${event.type}|${event.state_key}`, event]));
    expect(told.get(`m.room.member|${bob.userId}`)).toEqual(
      containing({ sender: alice.userId, content: containing({ membership: 'invite', is_direct: true }) }),
    );
    expect(told.get('m.room.name|')).toEqual(containing({ sender: alice.userId, content: { name: 'For Bob' } }));
    expect(told.get('m.room.join_rules|')?.content).toEqual({ join_rule: 'invite' });
    expect(told.get('m.room.create|')?.sender).toBe(alice.userId);
    expect(told.get(`m.room.member|${alice.userId}`)?.content.membership).toBe('join');
  });

  test('the type of a space is told with the invite', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const space = await createRoom(alice, { creation_content: { type: 'm.space' }, invite: [bob.userId] });
    const events = (await sync(bob)).rooms?.invite?.[space]?.invite_state.events ?? [];
    expect(events.find((event) => event.type === 'm.room.create')?.content.type).toBe('m.space');
  });

  test('an invite comes again in every initial sync and only once in incremental ones', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const since = await now(bob);
    const room = await createRoom(alice, { invite: [bob.userId] });
    const first = await sync(bob, { since });
    expect(Object.keys(first.rooms?.invite ?? {})).toEqual([room]);
    expect((await sync(bob, { since: first.next_batch })).rooms?.invite?.[room]).toBeUndefined();
    expect(Object.keys((await sync(bob)).rooms?.invite ?? {})).toEqual([room]);
  });

  test('an invite after creation names its sender; the invited see no content of the room', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice);
    expect(await alice.post(`/rooms/${id(room)}/invite`, { user_id: bob.userId })).toEqual({});
    expect((await sync(bob)).rooms?.invite?.[room]?.invite_state.events).toContainEqual(
      containing({ type: 'm.room.member', state_key: bob.userId, sender: alice.userId }),
    );
    expect(await bob.request('GET', `/rooms/${id(room)}/messages`, undefined, { dir: 'b' })).toEqual(
      refusal(403, 'M_FORBIDDEN'),
    );
  });

  test('a join turns the invite into a joined room with its whole state', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { name: 'Hello', invite: [bob.userId] });
    const since = await now(bob);
    expect(await join(bob, room)).toEqual({ room_id: room });
    const answer = await sync(bob, { since });
    expect(answer.rooms?.invite?.[room]).toBeUndefined();
    const { state, timeline } = joined(answer, room);
    const all = [...state.events, ...timeline.events];
    expect(all).toContainEqual(containing({ type: 'm.room.name', content: { name: 'Hello' } }));
    expect(all).toContainEqual(
      containing({ type: 'm.room.member', state_key: bob.userId, content: containing({ membership: 'join' }) }),
    );
    expect(all).toContainEqual(containing({ type: 'm.room.create', sender: alice.userId }));
  });

  test('the others see the join in the timeline', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { invite: [bob.userId] });
    const since = await now(alice);
    await join(bob, room);
    expect(joined(await sync(alice, { since }), room).timeline.events).toEqual([
      containing({
        type: 'm.room.member',
        sender: bob.userId,
        state_key: bob.userId,
        content: containing({ membership: 'join' }),
      }),
    ]);
  });

  test('joining twice is the same as once', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const since = await now(alice);
    expect(await join(bob, room)).toEqual({ room_id: room });
    await say(alice, room, 'later');
    expect(joined(await sync(alice, { since }), room).timeline.events).toEqual([
      containing({ type: 'm.room.message' }),
    ]);
  });

  test('a room can be joined by id or by alias', async () => {
    const [alice, bob, carol] = await lab.people('alice', 'bob', 'carol');
    const local = lab.unique('open');
    const room = await createRoom(alice, { preset: 'public_chat', room_alias_name: local });
    expect(await bob.post(`/join/${id(`#${local}:${lab.homeserver.serverName}`)}`)).toEqual({ room_id: room });
    expect(await carol.post(`/join/${id(room)}`)).toEqual({ room_id: room });
  });

  test('a private room cannot be joined without an invite, an unknown one not at all', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    expect(await mallory.request('POST', `/rooms/${id(room)}/join`, {})).toEqual(refusal(403, 'M_FORBIDDEN'));
    const unknown = `!unknown:${lab.homeserver.serverName}`;
    expect((await mallory.request('POST', `/join/${id(unknown)}`, {})).status).toBe(404);
    const alias = `#${lab.unique('none')}:${lab.homeserver.serverName}`;
    expect(await mallory.request('POST', `/join/${id(alias)}`, {})).toEqual(refusal(404, 'M_NOT_FOUND'));
  });

  test('one who is in the room cannot be invited again', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    expect(await alice.request('POST', `/rooms/${id(room)}/invite`, { user_id: bob.userId })).toEqual(
      refusal(403, 'M_FORBIDDEN'),
    );
  });

  test('one outside cannot invite', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    expect(await mallory.request('POST', `/rooms/${id(room)}/invite`, { user_id: mallory.userId })).toEqual(
      refusal(403, 'M_FORBIDDEN'),
    );
  });

  test('an invite can be declined', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { invite: [bob.userId] });
    const since = await now(bob);
    await bob.post(`/rooms/${id(room)}/leave`);
    expect(Object.keys((await sync(bob, { since })).rooms?.leave ?? {})).toEqual([room]);
    expect((await sync(bob)).rooms?.invite?.[room]).toBeUndefined();
    expect(await getState(alice, room, 'm.room.member', bob.userId)).toEqual(containing({ membership: 'leave' }));
  });

  test('an invite that is taken back moves to the left rooms', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { invite: [bob.userId] });
    const since = await now(bob);
    await alice.post(`/rooms/${id(room)}/kick`, { user_id: bob.userId });
    const answer = await sync(bob, { since });
    expect(Object.keys(answer.rooms?.leave ?? {})).toEqual([room]);
    expect(await bob.request('POST', `/rooms/${id(room)}/join`, {})).toEqual(refusal(403, 'M_FORBIDDEN'));
  });

  test('a room that one left comes once, with the own leave in its timeline, and nothing after it', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const since = await now(bob);
    await bob.post(`/rooms/${id(room)}/leave`);
    await say(alice, room, 'behind his back');
    const answer = await sync(bob, { since });
    expect(answer.rooms?.join?.[room]).toBeUndefined();
    expect(answer.rooms?.leave?.[room]?.timeline.events).toEqual([
      containing({
        type: 'm.room.member',
        state_key: bob.userId,
        content: containing({ membership: 'leave' }),
        unsigned: containing({ prev_content: containing({ membership: 'join' }) }),
      }),
    ]);
    expect((await sync(bob, { since: answer.next_batch })).rooms?.leave?.[room]).toBeUndefined();
  });

  test('leaving twice is the same as once', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    expect(await bob.post(`/rooms/${id(room)}/leave`)).toEqual({});
    expect(await bob.post(`/rooms/${id(room)}/leave`)).toEqual({});
  });

  test('a left room is not in an initial sync, unless the filter asks for it', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    await bob.post(`/rooms/${id(room)}/leave`);
    expect((await sync(bob)).rooms?.leave?.[room]).toBeUndefined();
    const asked = await sync(bob, { filter: filter({ room: { include_leave: true } }) });
    expect(Object.keys(asked.rooms?.leave ?? {})).toEqual([room]);
  });

  test('only a room that one left can be forgotten', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    expect(await bob.request('POST', `/rooms/${id(room)}/forget`, {})).toEqual(refusal(400, 'M_UNKNOWN'));
    await bob.post(`/rooms/${id(room)}/leave`);
    expect(await bob.post(`/rooms/${id(room)}/forget`)).toEqual({});
    expect(
      (await sync(bob, { filter: filter({ room: { include_leave: true } }) })).rooms?.leave?.[room],
    ).toBeUndefined();
  });

  test('a kick is told with its sender and reason; the kicked may be invited again', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const since = await now(bob);
    expect(await alice.post(`/rooms/${id(room)}/kick`, { user_id: bob.userId, reason: 'no more' })).toEqual({});
    expect((await sync(bob, { since })).rooms?.leave?.[room]?.timeline.events).toEqual([
      containing({
        sender: alice.userId,
        state_key: bob.userId,
        content: containing({ membership: 'leave', reason: 'no more' }),
      }),
    ]);
    const reply = await bob.request('PUT', `/rooms/${id(room)}/send/m.room.message/1`, {
      msgtype: 'm.text',
      body: 'still here',
    });
    expect(reply).toEqual(refusal(403, 'M_FORBIDDEN'));
    await alice.post(`/rooms/${id(room)}/invite`, { user_id: bob.userId });
    expect(await join(bob, room)).toEqual({ room_id: room });
  });

  test('the banned cannot be invited or join until the ban is lifted', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    await alice.post(`/rooms/${id(room)}/ban`, { user_id: bob.userId });
    expect(await getState(alice, room, 'm.room.member', bob.userId)).toEqual(containing({ membership: 'ban' }));
    expect(await alice.request('POST', `/rooms/${id(room)}/invite`, { user_id: bob.userId })).toEqual(
      refusal(403, 'M_BAD_STATE'),
    );
    expect(await bob.request('POST', `/rooms/${id(room)}/join`, {})).toEqual(refusal(403, 'M_BAD_STATE'));
    await alice.post(`/rooms/${id(room)}/unban`, { user_id: bob.userId });
    await alice.post(`/rooms/${id(room)}/invite`, { user_id: bob.userId });
    expect(await join(bob, room)).toEqual({ room_id: room });
  });

  test('one without power can neither kick nor ban', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    for (const verb of ['kick', 'ban']) {
      expect(await bob.request('POST', `/rooms/${id(room)}/${verb}`, { user_id: alice.userId })).toEqual(
        refusal(403, 'M_FORBIDDEN'),
      );
    }
  });

  test('members and joined rooms are listed', async () => {
    const [alice, bob, carol] = await lab.people('alice', 'bob', 'carol');
    const room = await createRoom(alice, { invite: [bob.userId, carol.userId] });
    await join(bob, room);
    const { joined: members } = await alice.get<{ joined: object }>(`/rooms/${id(room)}/joined_members`);
    expect(Object.keys(members).sort()).toEqual([alice.userId, bob.userId].sort());
    const { chunk } = await alice.get<{ chunk: { state_key: string; content: { membership: string } }[] }>(
      `/rooms/${id(room)}/members`,
    );
    expect(new Map(chunk.map((event) => [event.state_key, event.content.membership]))).toEqual(
      new Map([
        [alice.userId, 'join'],
        [bob.userId, 'join'],
        [carol.userId, 'invite'],
      ]),
    );
    expect(await bob.get('/joined_rooms')).toEqual({ joined_rooms: [room] });
    expect(await carol.get('/joined_rooms')).toEqual({ joined_rooms: [] });
  });

  test('the members of a room are closed to those outside', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    for (const list of ['members', 'joined_members']) {
      expect(await mallory.request('GET', `/rooms/${id(room)}/${list}`)).toEqual(refusal(403, 'M_FORBIDDEN'));
    }
  });
}
