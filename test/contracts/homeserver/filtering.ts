import { expect, test } from 'vitest';
import { bodies, createRoom, filter, id, joined, type Lab, putState, roomOf, say, send, sync, types } from './lab.ts';

/** What a sync filter keeps out. */
export function filtering(lab: Lab): void {
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

  test('event_fields leaves nothing else of an event, and everything of account data', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice, { name: 'named' });
    await alice.put(`/user/${id(alice.userId)}/rooms/${id(room)}/account_data/org.example.mine`, { value: 1 });
    const content = { msgtype: 'm.text', body: 'long', 'a.b': { c: 1, d: 2 } };
    const event_id = await send(alice, room, 'm.room.message', content);
    const only = {
      event_fields: ['type', 'state_key', 'event_id', 'content.name', 'content.a\\.b.c', 'content.none', 'none'],
      room: { timeline: { types: ['m.room.message'] }, state: { types: ['m.room.name', 'm.room.join_rules'] } },
    };
    const { timeline, state, account_data } = joined(await sync(alice, { filter: filter(only) }), room);
    expect(timeline.events).toEqual([{ type: 'm.room.message', event_id, content: { 'a.b': { c: 1 } } }]);
    const ids = { event_id: expect.stringMatching(/^\$/) as string };
    expect([...state.events].sort((a, b) => (a.type < b.type ? -1 : 1))).toEqual([
      { type: 'm.room.join_rules', state_key: '', ...ids },
      { type: 'm.room.name', state_key: '', content: { name: 'named' }, ...ids },
    ]);
    expect(account_data.events).toEqual([{ type: 'org.example.mine', content: { value: 1 } }]);
  });
}
