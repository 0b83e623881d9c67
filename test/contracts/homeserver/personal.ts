import { expect, test } from 'vitest';
import {
  containing,
  createRoom,
  getState,
  id,
  joined,
  type Lab,
  now,
  refusal,
  roomOf,
  say,
  sync,
  syncUntil,
} from './lab.ts';

/** What belongs to one person: account data, profile, typing, receipts. */
export function personal(lab: Lab): void {
  test('account data is read back as it was written, and 404 before', async () => {
    const alice = await lab.person();
    const path = `/user/${id(alice.userId)}/account_data/org.example.mine`;
    expect(await alice.request('GET', path)).toEqual(refusal(404, 'M_NOT_FOUND'));
    expect(await alice.put(path, { rooms: ['a', 'b'] })).toEqual({});
    expect(await alice.get(path)).toEqual({ rooms: ['a', 'b'] });
    await alice.put(path, { rooms: [] });
    expect(await alice.get(path)).toEqual({ rooms: [] });
  });

  test('account data of a room is apart from the global one and from other rooms', async () => {
    const alice = await lab.person();
    const [one, two] = [await createRoom(alice), await createRoom(alice)];
    const path = (room: string) => `/user/${id(alice.userId)}/rooms/${id(room)}/account_data/org.example.marker`;
    await alice.put(path(one), { chat: 1 });
    expect(await alice.get(path(one))).toEqual({ chat: 1 });
    expect(await alice.request('GET', path(two))).toEqual(refusal(404, 'M_NOT_FOUND'));
    expect(await alice.request('GET', `/user/${id(alice.userId)}/account_data/org.example.marker`)).toEqual(
      refusal(404, 'M_NOT_FOUND'),
    );
  });

  test('account data of others is closed', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const path = `/user/${id(alice.userId)}/account_data/org.example.mine`;
    expect(await mallory.request('GET', path)).toEqual(refusal(403, 'M_FORBIDDEN'));
    expect(await mallory.request('PUT', path, {})).toEqual(refusal(403, 'M_FORBIDDEN'));
  });

  test('global account data comes in the first sync and when it changes', async () => {
    const alice = await lab.person();
    const path = `/user/${id(alice.userId)}/account_data/org.example.mine`;
    await alice.put(path, { value: 1 });
    const first = await sync(alice);
    expect(first.account_data?.events).toContainEqual({ type: 'org.example.mine', content: { value: 1 } });
    await alice.put(path, { value: 2 });
    const next = await sync(alice, { since: first.next_batch });
    expect(next.account_data?.events).toEqual([{ type: 'org.example.mine', content: { value: 2 } }]);
  });

  test('account data of a room comes with the room in the first sync and when it changes', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const path = `/user/${id(alice.userId)}/rooms/${id(room)}/account_data/org.example.marker`;
    await alice.put(path, { chat: 1 });
    const first = await sync(alice);
    expect(joined(first, room).account_data.events).toContainEqual({
      type: 'org.example.marker',
      content: { chat: 1 },
    });
    await alice.put(path, { chat: 2 });
    const next = joined(await sync(alice, { since: first.next_batch }), room);
    expect(next.account_data.events).toEqual([{ type: 'org.example.marker', content: { chat: 2 } }]);
    expect(next.timeline.events).toEqual([]);
    expect(joined(await sync(bob), room).account_data.events).not.toContainEqual(
      containing({ type: 'org.example.marker' }),
    );
  });

  test('a long poll is woken by the own account data', async () => {
    const alice = await lab.person();
    const poll = sync(alice, { since: await now(alice), timeout: 30_000 });
    await alice.put(`/user/${id(alice.userId)}/account_data/org.example.mine`, { value: 1 });
    expect((await poll).account_data?.events).toEqual([{ type: 'org.example.mine', content: { value: 1 } }]);
  });

  test('a new account is called by its localpart', async () => {
    const alice = await lab.person('alice');
    const localpart = alice.userId.slice(1, alice.userId.indexOf(':'));
    expect(await alice.get(`/profile/${id(alice.userId)}`)).toEqual({ displayname: localpart });
  });

  test('name and picture are set by oneself alone and seen by all', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const profile = `/profile/${id(alice.userId)}`;
    await alice.put(`${profile}/displayname`, { displayname: 'Alice' });
    await alice.put(`${profile}/avatar_url`, { avatar_url: 'mxc://example.org/picture' });
    expect(await bob.get(profile)).toEqual({ displayname: 'Alice', avatar_url: 'mxc://example.org/picture' });
    expect(await bob.get(`${profile}/displayname`)).toEqual({ displayname: 'Alice' });
    expect((await bob.request('PUT', `${profile}/displayname`, { displayname: 'Bob' })).body).toEqual(
      containing({ errcode: 'M_FORBIDDEN' }),
    );
  });

  test('a new name reaches the rooms', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const since = await now(bob);
    await alice.put(`/profile/${id(alice.userId)}/displayname`, { displayname: 'Alice' });
    const member = await syncUntil(bob, since, (answer) =>
      answer.rooms?.join?.[room]?.timeline.events.find((event) => event.state_key === alice.userId),
    );
    expect(member).toEqual(
      containing({ type: 'm.room.member', content: containing({ membership: 'join', displayname: 'Alice' }) }),
    );
    expect(await getState(bob, room, 'm.room.member', alice.userId)).toEqual(containing({ displayname: 'Alice' }));
  });

  test('the profile of nobody is 404', async () => {
    const alice = await lab.person();
    const nobody = `@${lab.unique('nobody')}:${lab.homeserver.serverName}`;
    expect((await alice.request('GET', `/profile/${id(nobody)}`)).status).toBe(404);
  });

  test('typing is seen by the others until it is taken back', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const typing = (value: boolean) =>
      alice.put(
        `/rooms/${id(room)}/typing/${id(alice.userId)}`,
        value ? { typing: true, timeout: 30_000 } : { typing: false },
      );
    const seen = (since: string) =>
      syncUntil(bob, since, (answer) => {
        const event = answer.rooms?.join?.[room]?.ephemeral.events.find((one) => one.type === 'm.typing');
        return event && { content: event.content, position: answer.next_batch };
      });
    const since = await now(bob);
    await typing(true);
    const begun = await seen(since);
    expect(begun.content).toEqual({ user_ids: [alice.userId] });
    await typing(false);
    expect((await seen(begun.position)).content).toEqual({ user_ids: [] });
  });

  test('typing ends by itself when its time is over', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const since = await now(bob);
    await alice.put(`/rooms/${id(room)}/typing/${id(alice.userId)}`, { typing: true, timeout: 1_000 });
    const ended = await syncUntil(bob, since, (answer) =>
      answer.rooms?.join?.[room]?.ephemeral.events.find(
        (one) => one.type === 'm.typing' && (one.content.user_ids as string[]).length === 0,
      ),
    );
    expect(ended.content).toEqual({ user_ids: [] });
  });

  test('nobody types for another, or in a room of others', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    const other = await alice.request('PUT', `/rooms/${id(room)}/typing/${id(mallory.userId)}`, {
      typing: true,
      timeout: 1_000,
    });
    expect(other.body).toEqual(containing({ errcode: 'M_FORBIDDEN' }));
    const outside = await mallory.request('PUT', `/rooms/${id(room)}/typing/${id(mallory.userId)}`, {
      typing: true,
      timeout: 1_000,
    });
    expect(outside).toEqual(refusal(403, 'M_FORBIDDEN'));
  });

  test('a read receipt is seen by the others', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const event = await say(alice, room, 'read me');
    const since = await now(alice);
    expect(await bob.post(`/rooms/${id(room)}/receipt/m.read/${id(event)}`)).toEqual({});
    const receipt = await syncUntil(alice, since, (answer) =>
      answer.rooms?.join?.[room]?.ephemeral.events.find((one) => one.type === 'm.receipt'),
    );
    expect(receipt.content).toEqual({ [event]: { 'm.read': { [bob.userId]: containing({}) } } });
  });

  test('unread messages are counted until they are read', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    await say(alice, room, 'one');
    const event = await say(alice, room, 'two');
    const first = await sync(bob);
    expect(joined(first, room).unread_notifications).toEqual(containing({ notification_count: 2 }));
    await bob.post(`/rooms/${id(room)}/receipt/m.read/${id(event)}`);
    const count = await syncUntil(
      bob,
      first.next_batch,
      (answer) => answer.rooms?.join?.[room]?.unread_notifications?.notification_count,
    );
    expect(count).toBe(0);
  });

  test('fully read is kept as account data of the room', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'read');
    await alice.post(`/rooms/${id(room)}/read_markers`, { 'm.fully_read': event, 'm.read': event });
    expect(joined(await sync(alice), room).account_data.events).toContainEqual({
      type: 'm.fully_read',
      content: { event_id: event },
    });
  });
}
