import { afterEach, expect, test } from 'vitest';
import { EventType, person, type Person } from '../../support/people.ts';
import type { Message } from '../../support/room-view.ts';
import { type Lab, PASSWORD } from './lab.ts';

/** A plain text as a person sees it, which was `sent` in other words if it was edited. */
function seen({ sent, ...now }: { eventId: string; sender: string; sent: string; body: string; edited: number }) {
  const raw = expect.objectContaining({ content: { msgtype: 'm.text', body: sent } }) as Message['raw'];
  return { ...now, msgtype: 'm.text', formattedBody: null, mentions: null, raw } satisfies Message;
}

/** A client that others wrote (matrix-js-sdk) finds what it needs. */
export function independentClient(lab: Lab): void {
  const open: Person[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.stop();
  });
  const enter = async (name: string, network = fetch): Promise<Person> => {
    const userId = await lab.homeserver.register(lab.unique(name), PASSWORD);
    const entered = await person(lab.homeserver.url, userId, PASSWORD, { fetch: network });
    open.push(entered);
    return entered;
  };
  /** Two people in a direct room. */
  const together = async (network = fetch): Promise<{ alice: Person; bob: Person; room: string }> => {
    const [alice, bob] = await Promise.all([enter('alice'), enter('bob', network)]);
    const room = await alice.createDm(bob.userId);
    await bob.client.joinRoom(await bob.invite());
    return { alice, bob, room };
  };

  test('opens a direct room, is invited, joins', async () => {
    const { alice, bob, room } = await together();
    await alice.waitFor(room, () => alice.client.getRoom(room)?.getMember(bob.userId)?.membership === 'join');
    expect(alice.client.getAccountData(EventType.Direct)?.getContent()).toEqual({ [bob.userId]: [room] });
    expect(bob.client.getRoom(room)?.getDMInviter()).toBe(alice.userId);
  });

  test('sees a message, its edits and its redaction', async () => {
    const { alice, bob, room } = await together();
    const event = await alice.say(room, 'first');
    const first = { eventId: event, sender: alice.userId, sent: 'first' };
    expect(await bob.message(room, (message) => message.eventId === event)).toEqual(
      seen({ ...first, body: 'first', edited: 0 }),
    );
    await alice.edit(room, event, 'second');
    await alice.edit(room, event, 'third');
    expect(await bob.message(room, (message) => message.edited === 2)).toEqual(
      seen({ ...first, body: 'third', edited: 2 }),
    );
    await alice.client.redactEvent(room, event);
    await bob.waitFor(room, ({ messages }) => messages.length === 0);
    expect(
      bob
        .view(room)
        .events.map((one) => one.type)
        .slice(-4),
    ).toEqual(['m.room.message', 'm.room.message', 'm.room.message', 'm.room.redaction']);
  });

  test('applies an edit by itself, and not one of somebody else', async () => {
    const { alice, bob, room } = await together();
    const event = await alice.say(room, 'hers');
    await bob.edit(room, event, 'forged');
    await alice.edit(room, event, 'edited');
    await bob.message(room, (message) => message.body === 'edited');
    expect(bob.timeline(room)).toEqual([
      seen({ eventId: event, sender: alice.userId, sent: 'hers', body: 'edited', edited: 1 }),
    ]);
    await expect
      .poll(() => bob.client.getRoom(room)?.findEventById(event)?.getContent().body as unknown)
      .toBe('edited');
  });

  test('sees typing begin and end', async () => {
    const { alice, bob, room } = await together();
    await alice.client.sendTyping(room, true, 30_000);
    expect(await bob.waitFor(room, ({ typing }) => typing.length > 0 && typing)).toEqual([alice.userId]);
    await alice.client.sendTyping(room, false, 0);
    await bob.waitFor(room, ({ typing }) => typing.length === 0);
  });

  test('misses nothing in a gap', async () => {
    let line = Promise.resolve();
    const { alice, bob, room } = await together(async (input, init) => {
      const response = await fetch(input, init);
      await line;
      return response;
    });
    await alice.say(room, 'before');
    await bob.message(room, (message) => message.body === 'before');
    let mend = (): void => undefined;
    line = new Promise((resolve) => (mend = resolve));
    const said = Array.from({ length: 130 }, (_, index) => `word ${index + 1}`);
    for (const word of said) await alice.say(room, word);
    mend();
    await bob.waitFor(room, ({ messages }) => messages.length > said.length);
    expect(bob.timeline(room).map((message) => message.body)).toEqual(['before', ...said]);
  });

  test('finds its way back after being away', async () => {
    const { alice, bob, room } = await together();
    bob.client.stopClient();
    const said = Array.from({ length: 110 }, (_, index) => `word ${index + 1}`);
    for (const word of said) await alice.say(room, word);
    await bob.client.startClient({ initialSyncLimit: 100 });
    await bob.waitFor(room, ({ messages }) => messages.length >= said.length);
    expect(bob.timeline(room).map((message) => message.body)).toEqual(said);
  });

  test('sees a receipt for what it said, and a reaction', async () => {
    const { alice, bob, room } = await together();
    const event = await alice.say(room, 'nice');
    await bob.message(room, (message) => message.eventId === event);
    await bob.client.sendReadReceipt(bob.client.getRoom(room)?.findEventById(event) ?? null);
    const received = () => alice.client.getRoom(room)?.getReadReceiptForUserId(bob.userId, true)?.eventId === event;
    await alice.waitFor(room, received);
    await bob.react(room, event, '👍');
    await alice.waitFor(room, ({ events }) =>
      events.find((one) => one.type === 'm.reaction' && one.sender === bob.userId),
    );
  });

  test('uploads and fetches a file', async () => {
    const alice = await enter('alice');
    const { content_uri: uri } = await alice.client.uploadContent(new Blob(['a file']), {
      name: 'a.txt',
      type: 'text/plain',
    });
    const url = alice.client.mxcUrlToHttp(uri, undefined, undefined, undefined, true, true, true);
    const response = await fetch(url ?? '', { headers: { authorization: `Bearer ${alice.client.getAccessToken()}` } });
    expect(await response.text()).toBe('a file');
  });

  test('a failed wait tells what the room looked like', async () => {
    const { alice, room } = await together();
    await alice.say(room, 'there is this');
    await alice.message(room, (message) => message.body === 'there is this');
    await expect(alice.message(room, () => false, { timeout: 50 })).rejects.toThrow(
      /m\.text, 0 edits\): there is this/,
    );
  });
}
