import { expect, test } from 'vitest';
import { logIn } from '../../support/matrix-http.ts';
import {
  anyNumber,
  bodies,
  containing,
  createRoom,
  getEvent,
  id,
  joined,
  type Lab,
  PASSWORD,
  refusal,
  say,
  send,
  sync,
} from './lab.ts';

/** Messages and their transaction ids. */
export function sending(lab: Lab): void {
  test('a message can be read back as it was sent', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const content = {
      msgtype: 'm.text',
      body: 'Grüße, 世界',
      'm.mentions': {},
      nested: { list: [1, 'two', null, true] },
    };
    const event = await send(alice, room, 'm.room.message', content);
    expect(event).toMatch(/^\$.+/);
    expect(await getEvent(alice, room, event)).toEqual(
      containing({
        event_id: event,
        room_id: room,
        type: 'm.room.message',
        sender: alice.userId,
        content,
        origin_server_ts: anyNumber,
      }),
    );
  });

  test('any event type can be sent', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const event = await send(alice, room, 'org.example.custom/type', { any: 'thing' });
    expect(await getEvent(alice, room, event)).toEqual(
      containing({ type: 'org.example.custom/type', content: { any: 'thing' } }),
    );
  });

  test('the same transaction id on the same device is the same event, whatever the content', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const first = await say(alice, room, 'first', 'once');
    expect(await say(alice, room, 'second', 'once')).toBe(first);
    expect((await getEvent(alice, room, first)).content.body).toBe('first');
    expect(bodies(joined(await sync(alice), room).timeline.events)).not.toContain('second');
  });

  test('the same transaction id is the same event after a new login on the same device', async () => {
    const userId = await lab.homeserver.register(lab.unique('relogin'), PASSWORD);
    const before = await logIn(lab.homeserver.url, userId, PASSWORD, 'BOT');
    const room = await createRoom(before);
    const first = await say(before, room, 'first', 'once');
    const after = await logIn(lab.homeserver.url, userId, PASSWORD, 'BOT');
    expect(await say(after, room, 'first', 'once')).toBe(first);
  });

  test('the same transaction id on another device is another event', async () => {
    const userId = await lab.homeserver.register(lab.unique('two'), PASSWORD);
    const phone = await logIn(lab.homeserver.url, userId, PASSWORD, 'PHONE');
    const laptop = await logIn(lab.homeserver.url, userId, PASSWORD, 'LAPTOP');
    const room = await createRoom(phone);
    expect(await say(laptop, room, 'text', 'once')).not.toBe(await say(phone, room, 'text', 'once'));
  });

  test('a transaction id counts per room', async () => {
    const alice = await lab.person();
    const one = await createRoom(alice);
    const two = await createRoom(alice);
    expect(await say(alice, one, 'text', 'once')).not.toBe(await say(alice, two, 'text', 'once'));
  });

  test('two requests at once with the same transaction id are one event', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const [one, two] = await Promise.all([say(alice, room, 'text', 'once'), say(alice, room, 'text', 'once')]);
    expect(one).toBe(two);
  });

  test('unsigned.transaction_id is echoed to the sending device alone', async () => {
    const userId = await lab.homeserver.register(lab.unique('echo'), PASSWORD);
    const phone = await logIn(lab.homeserver.url, userId, PASSWORD, 'PHONE');
    const laptop = await logIn(lab.homeserver.url, userId, PASSWORD, 'LAPTOP');
    const room = await createRoom(phone);
    const event = await say(phone, room, 'text', 'mine');
    const seenBy = async (session: typeof phone) =>
      joined(await sync(session), room).timeline.events.find((one) => one.event_id === event)?.unsigned?.transaction_id;
    expect(await seenBy(phone)).toBe('mine');
    expect(await seenBy(laptop)).toBeUndefined();
    expect((await getEvent(phone, room, event)).unsigned?.transaction_id).toBe('mine');
    expect((await getEvent(laptop, room, event)).unsigned?.transaction_id).toBeUndefined();
  });

  test('after a new login on the same device the echo is still there', async () => {
    const userId = await lab.homeserver.register(lab.unique('echo2'), PASSWORD);
    const before = await logIn(lab.homeserver.url, userId, PASSWORD, 'BOT');
    const room = await createRoom(before);
    const event = await say(before, room, 'text', 'mine');
    const after = await logIn(lab.homeserver.url, userId, PASSWORD, 'BOT');
    expect((await getEvent(after, room, event)).unsigned?.transaction_id).toBe('mine');
  });

  test('an event of 60,000 bytes is taken, one of 66,000 is too large and leaves no trace', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const fits = 'x'.repeat(60_000);
    await say(alice, room, fits);
    const path = `/rooms/${id(room)}/send/m.room.message/large`;
    const reply = await alice.request('PUT', path, { msgtype: 'm.text', body: 'x'.repeat(66_000) });
    expect(reply).toEqual(refusal(413, 'M_TOO_LARGE'));
    expect(bodies(joined(await sync(alice), room).timeline.events).at(-1)).toBe(fits);
  });

  test('a transaction id that was refused can be used again', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const path = `/rooms/${id(room)}/send/m.room.message/retried`;
    expect(await alice.request('PUT', path, { msgtype: 'm.text', body: 'x'.repeat(66_000) })).toEqual(
      refusal(413, 'M_TOO_LARGE'),
    );
    const event = await say(alice, room, 'short', 'retried');
    expect((await getEvent(alice, room, event)).content.body).toBe('short');
  });

  test('a float is no canonical JSON and is refused', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const reply = await alice.request('PUT', `/rooms/${id(room)}/send/org.example.number/float`, { value: 1.5 });
    expect(reply).toEqual(refusal(400, 'M_BAD_JSON'));
  });

  test('a message of nobody in the room is refused', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    const reply = await mallory.request('PUT', `/rooms/${id(room)}/send/m.room.message/1`, {
      msgtype: 'm.text',
      body: 'hi',
    });
    expect(reply).toEqual(refusal(403, 'M_FORBIDDEN'));
  });

  test('an event that is not there, or in a room of others, cannot be read', async () => {
    const [alice, mallory] = await lab.people('alice', 'mallory');
    const room = await createRoom(alice);
    const event = await say(alice, room, 'secret');
    expect(await alice.request('GET', `/rooms/${id(room)}/event/${id('$nothing')}`)).toEqual(
      refusal(404, 'M_NOT_FOUND'),
    );
    expect(await mallory.request('GET', `/rooms/${id(room)}/event/${id(event)}`)).toEqual(refusal(404, 'M_NOT_FOUND'));
  });
}
