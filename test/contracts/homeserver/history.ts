import { expect, test } from 'vitest';
import {
  bodies,
  containing,
  createRoom,
  type Content,
  getEvent,
  id,
  joined,
  type Lab,
  type MatrixEvent,
  now,
  redact,
  refusal,
  roomOf,
  say,
  sayMany,
  send,
  sync,
  transaction,
} from './lab.ts';

interface Page {
  chunk: MatrixEvent[];
  start: string;
  end?: string;
  state?: MatrixEvent[];
}

/** Going through a room's messages, and what stands on them: edits, redactions, reactions, threads, replies. */
export function history(lab: Lab): void {
  const messages = (who: Parameters<typeof now>[0], room: string, query: Record<string, string | number>) =>
    who.get<Page>(`/rooms/${id(room)}/messages`, query);
  const edit = (event: string, body: string): Content => ({
    msgtype: 'm.text',
    body: `* ${body}`,
    'm.new_content': { msgtype: 'm.text', body },
    'm.relates_to': { rel_type: 'm.replace', event_id: event },
  });
  const reaction = (event: string, key: string): Content => ({
    'm.relates_to': { rel_type: 'm.annotation', event_id: event, key },
  });

  test('messages go back from the end, newest first, to the creation of the room', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const said = await sayMany(alice, room, 'word', 5);
    const first = await messages(alice, room, { dir: 'b', limit: 3 });
    expect(bodies(first.chunk)).toEqual(said.slice(2).reverse());
    const seen = [...first.chunk];
    for (let { end } = first; end !== undefined;) {
      const page = await messages(alice, room, { dir: 'b', limit: 3, from: end });
      seen.push(...page.chunk);
      end = page.end;
    }
    expect(seen.at(-1)?.type).toBe('m.room.create');
    expect(new Set(seen.map((event) => event.event_id)).size).toBe(seen.length);
  });

  test('messages go forward from the beginning', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await say(alice, room, 'last');
    const page = await messages(alice, room, { dir: 'f', limit: 100 });
    expect(page.chunk[0]?.type).toBe('m.room.create');
    expect(page.chunk.at(-1)?.content.body).toBe('last');
  });

  test('messages can be filtered', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    await say(alice, room, 'hers');
    await say(bob, room, 'his');
    const wanted = JSON.stringify({ types: ['m.room.message'], not_senders: [bob.userId] });
    expect(bodies((await messages(alice, room, { dir: 'b', limit: 100, filter: wanted })).chunk)).toEqual(['hers']);
  });

  test('messages are for members only, and go one way or the other', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    const path = `/rooms/${id(room)}/messages`;
    expect(await mallory.request('GET', path, undefined, { dir: 'b' })).toEqual(refusal(403, 'M_FORBIDDEN'));
    expect(await alice.request('GET', path, undefined, { dir: 'sideways' })).toEqual(refusal(400, 'M_INVALID_PARAM'));
  });

  test('one who joins later reads what was said before', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await createRoom(alice, { invite: [bob.userId] });
    await say(alice, room, 'early');
    await bob.post(`/rooms/${id(room)}/join`);
    expect(bodies((await messages(bob, room, { dir: 'b', limit: 100 })).chunk)).toContain('early');
  });

  test('an edit is an event of its own over sync', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'first');
    const since = await now(alice);
    const replacement = await send(alice, room, 'm.room.message', edit(event, 'second'));
    expect(joined(await sync(alice, { since }), room).timeline.events).toEqual([
      containing({ event_id: replacement, content: edit(event, 'second') }),
    ]);
  });

  test('an edited event is given with its own content and its latest edit beside it', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'first');
    await send(alice, room, 'm.room.message', edit(event, 'second'));
    const latest = await send(alice, room, 'm.room.message', edit(event, 'third'));
    const original = await getEvent(alice, room, event);
    expect(original.content).toEqual({ msgtype: 'm.text', body: 'first' });
    expect(original.unsigned?.['m.relations']).toEqual(
      containing({ 'm.replace': containing({ event_id: latest, content: edit(event, 'third') }) }),
    );
  });

  test('an edit by somebody else is taken, and does not count', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const event = await say(alice, room, 'hers');
    await send(bob, room, 'm.room.message', edit(event, 'his'));
    expect((await getEvent(alice, room, event)).unsigned?.['m.relations']).toBeUndefined();
  });

  test('the edits of an event can be listed, newest first', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'first');
    const edits = [
      await send(alice, room, 'm.room.message', edit(event, 'second')),
      await send(alice, room, 'm.room.message', edit(event, 'third')),
    ];
    await send(alice, room, 'm.reaction', reaction(event, '👍'));
    const { chunk } = await alice.get<Page>(`/_matrix/client/v1/rooms/${id(room)}/relations/${id(event)}/m.replace`);
    expect(chunk.map((one) => one.event_id)).toEqual(edits.reverse());
  });

  test('a redaction strips the content and says who did it', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'regretted');
    const redaction = await redact(alice, room, event, 'by mistake');
    const after = await getEvent(alice, room, event);
    expect(after.content).toEqual({});
    expect(after.unsigned?.redacted_because).toEqual(
      containing({ event_id: redaction, type: 'm.room.redaction', sender: alice.userId }),
    );
  });

  test('a redaction comes over sync and names its event', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const event = await say(alice, room, 'regretted');
    const since = await now(bob);
    await redact(alice, room, event, 'by mistake');
    expect(joined(await sync(bob, { since }), room).timeline.events).toEqual([
      containing({ type: 'm.room.redaction', redacts: event, content: { redacts: event, reason: 'by mistake' } }),
    ]);
  });

  test('a redaction keeps its transaction id, too', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'regretted');
    const once = transaction();
    expect(await redact(alice, room, event, 'one', once)).toBe(await redact(alice, room, event, 'two', once));
  });

  test('only the powerful redact what others said', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const hers = await say(alice, room, 'hers');
    const his = await say(bob, room, 'his');
    const reply = await bob.request('PUT', `/rooms/${id(room)}/redact/${id(hers)}/1`, {});
    expect(reply).toEqual(refusal(403, 'M_FORBIDDEN'));
    await redact(alice, room, his);
    expect((await getEvent(bob, room, his)).content).toEqual({});
  });

  test('a redacted edit gives way to the one before it', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'first');
    const second = await send(alice, room, 'm.room.message', edit(event, 'second'));
    await redact(alice, room, await send(alice, room, 'm.room.message', edit(event, 'third')));
    expect((await getEvent(alice, room, event)).unsigned?.['m.relations']).toEqual(
      containing({ 'm.replace': containing({ event_id: second }) }),
    );
  });

  test('the same reaction of the same person is taken once; another key or person is not the same', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    const event = await say(alice, room, 'nice');
    await send(alice, room, 'm.reaction', reaction(event, '👍'));
    const again = await alice.request(
      'PUT',
      `/rooms/${id(room)}/send/m.reaction/${transaction()}`,
      reaction(event, '👍'),
    );
    expect(again).toEqual(refusal(400, 'M_DUPLICATE_ANNOTATION'));
    await send(alice, room, 'm.reaction', reaction(event, '🎉'));
    await send(bob, room, 'm.reaction', reaction(event, '👍'));
    const { chunk } = await alice.get<Page>(
      `/_matrix/client/v1/rooms/${id(room)}/relations/${id(event)}/m.annotation/m.reaction`,
    );
    expect(chunk.map((one) => [one.sender, (one.content['m.relates_to'] as { key: string }).key])).toEqual([
      [bob.userId, '👍'],
      [alice.userId, '🎉'],
      [alice.userId, '👍'],
    ]);
  });

  test('a redacted reaction can be given again', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await say(alice, room, 'nice');
    await redact(alice, room, await send(alice, room, 'm.reaction', reaction(event, '👍')));
    expect(await send(alice, room, 'm.reaction', reaction(event, '👍'))).toMatch(/^\$/);
  });

  test('a thread is counted on its root and can be listed', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const root = await say(alice, room, 'root');
    const inThread = { msgtype: 'm.text', body: 'in it', 'm.relates_to': { rel_type: 'm.thread', event_id: root } };
    const event = await send(alice, room, 'm.room.message', inThread);
    expect((await getEvent(alice, room, root)).unsigned?.['m.relations']).toEqual(
      containing({ 'm.thread': containing({ count: 1, current_user_participated: true }) }),
    );
    const { chunk } = await alice.get<Page>(`/_matrix/client/v1/rooms/${id(room)}/relations/${id(root)}/m.thread`);
    expect(chunk.map((one) => one.event_id)).toEqual([event]);
  });

  test('a reply keeps the event that it answers', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const question = await say(alice, room, 'question');
    const relation = { 'm.in_reply_to': { event_id: question } };
    const answer = await send(alice, room, 'm.room.message', {
      msgtype: 'm.text',
      body: 'answer',
      'm.relates_to': relation,
    });
    expect((await getEvent(alice, room, answer)).content['m.relates_to']).toEqual(relation);
  });

  test('context gives what stands around an event', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    await say(alice, room, 'before');
    const event = await say(alice, room, 'middle');
    await say(alice, room, 'after');
    const context = await alice.get<{ event: MatrixEvent; events_before: MatrixEvent[]; events_after: MatrixEvent[] }>(
      `/rooms/${id(room)}/context/${id(event)}`,
      { limit: 2 },
    );
    expect(context.event.event_id).toBe(event);
    expect(bodies(context.events_before)).toEqual(['before']);
    expect(bodies(context.events_after)).toEqual(['after']);
  });
}
