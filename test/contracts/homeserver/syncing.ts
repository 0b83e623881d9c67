import { describe, expect, test } from 'vitest';
import {
  bodies,
  containing,
  createRoom,
  filter,
  getState,
  id,
  joined,
  type Lab,
  type MatrixEvent,
  now,
  putState,
  refusal,
  roomOf,
  say,
  sayMany,
  send,
  sync,
  types,
} from './lab.ts';

/** /sync and the way back from a gap. */
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

  describe('filters', () => {
    test('types keep others out of timeline and state', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice, { name: 'filtered' });
      await send(alice, room, 'org.example.other', {});
      await say(alice, room, 'wanted');
      const only = { room: { timeline: { types: ['m.room.message'] }, state: { types: ['m.room.name'] } } };
      const { timeline, state } = joined(await sync(alice, { filter: filter(only) }), room);
      expect(types(timeline.events)).toEqual(['m.room.message']);
      expect(types(state.events)).toEqual(['m.room.name']);
    });

    test('types may end in a star, not_types win', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice);
      await send(alice, room, 'org.example.one', {});
      await send(alice, room, 'org.example.two', {});
      const only = { room: { timeline: { types: ['org.example.*'], not_types: ['org.example.two'] } } };
      expect(types(joined(await sync(alice, { filter: filter(only) }), room).timeline.events)).toEqual([
        'org.example.one',
      ]);
    });

    test('not_senders keeps the own messages out', async () => {
      const [alice, bob] = await lab.people('alice', 'bob');
      const room = await roomOf(alice, bob);
      await say(alice, room, 'hers');
      await say(bob, room, 'his');
      const others = { room: { timeline: { types: ['m.room.message'], not_senders: [bob.userId] } } };
      expect(bodies(joined(await sync(bob, { filter: filter(others) }), room).timeline.events)).toEqual(['hers']);
    });

    test('rooms limits the answer to them', async () => {
      const alice = await lab.person();
      const wanted = await createRoom(alice);
      await createRoom(alice);
      expect(
        Object.keys((await sync(alice, { filter: filter({ room: { rooms: [wanted] } }) })).rooms?.join ?? {}),
      ).toEqual([wanted]);
    });

    test('lazy members leave out those who did not speak, never oneself', async () => {
      const [alice, bob, carol] = await lab.people('alice', 'bob', 'carol');
      const room = await roomOf(alice, bob, carol);
      // Of a room without a name the members that name it come along.
      await putState(alice, room, 'm.room.name', { name: 'named' });
      await say(bob, room, 'I speak');
      const lazy = { room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } };
      const { state, summary } = joined(await sync(alice, { filter: filter(lazy) }), room);
      const members = state.events.filter((event) => event.type === 'm.room.member').map((event) => event.state_key);
      expect(members.sort()).toEqual([alice.userId, bob.userId].sort());
      expect(summary?.['m.joined_member_count']).toBe(3);
    });

    test('account data and presence can be switched off', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice);
      await alice.put(`/user/${id(alice.userId)}/account_data/org.example.mine`, { value: 1 });
      await alice.put(`/user/${id(alice.userId)}/rooms/${id(room)}/account_data/org.example.mine`, { value: 1 });
      const none = { presence: { types: [] }, account_data: { types: [] }, room: { account_data: { types: [] } } };
      const answer = await sync(alice, { filter: filter(none) });
      expect(answer.account_data?.events ?? []).toEqual([]);
      expect(joined(answer, room).account_data.events).toEqual([]);
    });

    test('account data can be limited to a type', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice);
      const own = `/user/${id(alice.userId)}/rooms/${id(room)}/account_data`;
      await alice.put(`${own}/org.example.wanted`, { value: 1 });
      await alice.put(`${own}/org.example.other`, { value: 2 });
      const only = { account_data: { types: [] }, room: { account_data: { types: ['org.example.wanted'] } } };
      expect(joined(await sync(alice, { filter: filter(only) }), room).account_data.events).toEqual([
        { type: 'org.example.wanted', content: { value: 1 } },
      ]);
    });
  });

  describe('a gap', () => {
    /** What `who` gets by walking forward from `from` to `to` in pages of `limit`. */
    async function walk(
      who: Parameters<typeof sync>[0],
      room: string,
      from: string,
      to: string,
      limit: number,
    ): Promise<MatrixEvent[]> {
      const events: MatrixEvent[] = [];
      for (let position: string | undefined = from; position !== undefined;) {
        const page: { chunk: MatrixEvent[]; end?: string } = await who.get(`/rooms/${id(room)}/messages`, {
          dir: 'f',
          from: position,
          to,
          limit,
        });
        events.push(...page.chunk);
        position = page.chunk.length === 0 ? undefined : page.end;
      }
      return events;
    }

    test.each([1, 3, 50])('is filled exactly and in order from since to prev_batch in pages of %i', async (limit) => {
      const [alice, bob] = await lab.people('alice', 'bob');
      const room = await roomOf(alice, bob);
      await say(alice, room, 'before');
      const since = await now(bob);
      const said = await sayMany(alice, room, 'word', 9);
      const { timeline } = joined(
        await sync(bob, { since, filter: filter({ room: { timeline: { limit: 2 } } }) }),
        room,
      );
      expect(timeline.limited).toBe(true);
      const missed = await walk(bob, room, since, timeline.prev_batch, limit);
      expect([...bodies(missed), ...bodies(timeline.events)]).toEqual(said);
    });

    test('holds state changes at their place', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice);
      const since = await now(alice);
      await say(alice, room, 'one');
      await putState(alice, room, 'm.room.topic', { topic: 'two' });
      await sayMany(alice, room, 'three', 2);
      const { timeline } = joined(
        await sync(alice, { since, filter: filter({ room: { timeline: { limit: 1 } } }) }),
        room,
      );
      expect(types(await walk(alice, room, since, timeline.prev_batch, 10))).toEqual([
        'm.room.message',
        'm.room.topic',
        'm.room.message',
      ]);
    });

    test('is nothing when the timeline is not limited', async () => {
      const alice = await lab.person();
      const room = await createRoom(alice);
      const since = await now(alice);
      await sayMany(alice, room, 'word', 2);
      const { timeline } = joined(await sync(alice, { since }), room);
      expect(await walk(alice, room, since, timeline.prev_batch, 10)).toEqual([]);
    });
  });

  test('reading state never waits for sync', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await putState(alice, room, 'm.room.topic', { topic: 'at once' });
    expect(await getState(alice, room, 'm.room.topic')).toEqual(containing({ topic: 'at once' }));
  });
}
