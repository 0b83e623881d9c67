import { expect, test } from 'vitest';
import {
  bodies,
  containing,
  createRoom,
  filter,
  getState,
  id,
  joined,
  type Lab,
  now,
  putState,
  refusal,
  roomOf,
  say,
  sayMany,
  sync,
  types,
} from './lab.ts';

/** What /sync tells, and when. */
export function syncing(lab: Lab): void {
  test('an initial sync holds the state and the end of the timeline', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice, { name: 'start' });
    await sayMany(alice, room, 'word', 3);
    const answer = await sync(alice, { filter: filter({ room: { timeline: { limit: 2 } } }) });
    const { state, timeline } = joined(answer, room);
    expect(bodies(timeline.events)).toEqual(['word 2', 'word 3']);
    expect(timeline.limited).toBe(true);
    expect(types(state.events)).toEqual(
      expect.arrayContaining(['m.room.create', 'm.room.name', 'm.room.member', 'm.room.power_levels']),
    );
  });

  test('ten events are given unless the filter says otherwise', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const said = await sayMany(alice, room, 'word', 12);
    expect(bodies(joined(await sync(alice), room).timeline.events)).toEqual(said.slice(-10));
  });

  test('events over sync carry no room id and know their age', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await say(alice, room, 'here');
    const event = joined(await sync(alice), room).timeline.events.at(-1);
    expect(event).toEqual(
      containing({ type: 'm.room.message', sender: alice.userId, unsigned: containing({ age: expect.any(Number) }) }),
    );
    expect(event).not.toHaveProperty('room_id');
  });

  test('an incremental sync holds what happened since, and only rooms where something did', async () => {
    const alice = await lab.person();
    const quiet = await createRoom(alice);
    const room = await createRoom(alice);
    const since = await now(alice);
    await say(alice, room, 'news');
    const answer = await sync(alice, { since });
    expect(answer.rooms?.join?.[quiet]).toBeUndefined();
    const { timeline, state } = joined(answer, room);
    expect(bodies(timeline.events)).toEqual(['news']);
    expect(timeline.limited).toBe(false);
    expect(state.events).toEqual([]);
  });

  test('without news a sync answers at once when it may not wait, and says nothing', async () => {
    const alice = await lab.person();
    await createRoom(alice);
    const since = await now(alice);
    const answer = await sync(alice, { since, timeout: 0 });
    expect(answer.rooms?.join).toBeUndefined();
    expect(answer.next_batch).toEqual(expect.any(String));
  });

  test('the same position gives the same answer again', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const since = await now(alice);
    const event = await say(alice, room, 'kept');
    for (let time = 0; time < 2; time++) {
      expect(joined(await sync(alice, { since }), room).timeline.events.map((one) => one.event_id)).toEqual([event]);
    }
  });

  test('a long poll waits for news', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const poll = sync(bob, { since: await now(bob), timeout: 30_000 });
    await say(alice, room, 'wake up');
    expect(bodies(joined(await poll, room).timeline.events)).toEqual(['wake up']);
  });

  test('a long poll is woken by an invite', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const poll = sync(bob, { since: await now(bob), timeout: 30_000 });
    const room = await createRoom(alice, { invite: [bob.userId] });
    expect(Object.keys((await poll).rooms?.invite ?? {})).toEqual([room]);
  });

  test('a long poll ends empty when its time is over', async () => {
    const alice = await lab.person();
    const since = await now(alice);
    const answer = await sync(alice, { since, timeout: 300 });
    expect(answer.rooms?.join).toBeUndefined();
  });

  test('a new room of one’s own comes as a joined room', async () => {
    const alice = await lab.person();
    const since = await now(alice);
    const room = await createRoom(alice, { name: 'new' });
    const { state, timeline } = joined(await sync(alice, { since }), room);
    expect([...state.events, ...timeline.events]).toContainEqual(
      containing({ type: 'm.room.name', content: { name: 'new' } }),
    );
  });

  test('state that changed in a gap stands in state, the newest of the timeline in the timeline', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const since = await now(alice);
    await putState(alice, room, 'm.room.topic', { topic: 'in the gap' });
    await sayMany(alice, room, 'word', 3);
    const { state, timeline } = joined(
      await sync(alice, { since, filter: filter({ room: { timeline: { limit: 2 } } }) }),
      room,
    );
    expect(timeline.limited).toBe(true);
    expect(bodies(timeline.events)).toEqual(['word 2', 'word 3']);
    expect(state.events).toEqual([containing({ type: 'm.room.topic', content: containing({ topic: 'in the gap' }) })]);
  });

  test('full_state gives the whole state of rooms without news', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice, { name: 'whole' });
    const since = await now(alice);
    const { state, timeline } = joined(await sync(alice, { since, full_state: true }), room);
    expect(timeline.events).toEqual([]);
    expect(types(state.events)).toEqual(expect.arrayContaining(['m.room.create', 'm.room.name', 'm.room.member']));
  });

  test('a position that nobody gave out is refused', async () => {
    const alice = await lab.person();
    expect(await alice.request('GET', '/sync', undefined, { since: 'nonsense' })).toEqual(refusal(400, 'M_UNKNOWN'));
  });

  test('a filter can be stored and used by its id', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await sayMany(alice, room, 'word', 2);
    const path = `/user/${id(alice.userId)}/filter`;
    const wanted = { room: { timeline: { limit: 1 } } };
    const { filter_id: stored } = await alice.post<{ filter_id: string }>(path, wanted);
    expect(await alice.get(`${path}/${stored}`)).toEqual(wanted);
    expect(bodies(joined(await sync(alice, { filter: stored }), room).timeline.events)).toEqual(['word 2']);
  });

  test('reading state never waits for sync', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await putState(alice, room, 'm.room.topic', { topic: 'at once' });
    expect(await getState(alice, room, 'm.room.topic')).toEqual(containing({ topic: 'at once' }));
  });
}
