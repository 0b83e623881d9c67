import { until } from '../support/until.ts';
import { describe, expect, it } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import { createDoor } from '../../src/actors/door.ts';
import type { Declined } from '../../src/actors/elsewhere.ts';
import type { Input } from '../../src/durable/definition.ts';
import type { Children } from '../../src/durable/children.ts';
import type { Arrival } from '../../src/ports.ts';
import { ann, bob, eventId, ROOM } from './support.ts';
import { input } from '../support/inputs.ts';
import { silentLog } from '../support/log-book.ts';

const SPACE = RoomId.parse('!space:test');
const notices = UserId.parse('@notices:test');
const olga = UserId.parse('@olga:test');
const stranger = UserId.parse('@mallory:evil.test');
const invite = (person: UserId, room = ROOM): Arrival => ({ room, id: null, heard: { type: 'room.invited', person } });
const left = (room: RoomId): Arrival => ({ room, id: null, heard: { type: 'room.left' } });

/** A door in front of actors that note what they get; `release` puts it on their disk. */
function door(invitesPerMinute = 2, groups: 'decline' | 'accept' = 'decline') {
  const delivered: [string, readonly Input[]][] = [];
  const declined: RoomId[] = [];
  /** Why, and in whose name. */
  const goodbyes: string[] = [];
  const told: Declined[] = [];
  const fates: string[][] = [];
  const joins = new Map<UserId, number>();
  const releases: (() => void)[] = [];
  let time = 1_000;
  const actors = {
    deliver(key: string, inputs: readonly Input[]) {
      delivered.push([key, inputs]);
      return new Promise<void>((resolve) => releases.push(resolve));
    },
  } as unknown as Children;
  const { admit } = createDoor({
    access: {
      mayInvite: (user) => user !== stranger,
      isPerson: (user) => user !== notices,
      isOperator: (user) => user === olga,
    },
    fates: { handed: (event, room) => void fates.push([event, room]), ofNoPerson: (event) => void fates.push([event]) },
    isChat: () => false,
    joinRoom: async () => ({ ok: true }),
    ownerOf: (space) => (space === SPACE ? ann : undefined),
    rooms: actors,
    people: actors,
    reception: {
      inputsOf: async (arrivals: readonly Arrival[]) =>
        new Map(arrivals.map(({ room, id, heard }) => [room, [input(heard, time, id)]])),
    } as unknown as Parameters<typeof createDoor>[0]['reception'],
    async leave(room, { party, reason }) {
      declined.push(room);
      goodbyes.push(`${party}: ${reason}`);
      return { ok: true };
    },
    farewell: (why) => `sorry, ${why}`,
    elsewhere: { tell: async (about) => void told.push(about) },
    joinsOf: (person) => joins.get(person) ?? 0,
    ...{ invitesPerMinute, groups },
    now: () => time,
    log: silentLog,
  });
  return { admit, delivered, fates, declined, goodbyes, told, joins, releases, wait: (ms: number) => (time += ms) };
}

describe('the door', () => {
  it('hands a room what is of the room, and is done when that is on disk', async () => {
    const { admit, delivered, releases } = door();
    const said: Arrival = {
      room: ROOM,
      id: '$1',
      heard: { type: 'file.received', eventId: eventId(1), sender: ann, name: 'a.pdf' },
    };
    const [admitted] = await admit([said], null);
    expect(delivered).toEqual([[ROOM, [input(said.heard, 1_000, '$1')]]]);
    let done = false;
    void admitted?.then(() => (done = true));
    await Promise.resolve();
    expect(done).toBe(false);
    releases[0]?.();
    await admitted;
    expect(done).toBe(true);
  });

  it('takes what is for operators from them alone, whoever else they are; to others it is an unknown command', async () => {
    const { admit, delivered, fates } = door();
    const asked = (sender: typeof ann, id: number): Arrival => ({
      ...{ room: ROOM, id: `$${id}` },
      heard: { type: 'operator.asked', words: 'status', eventId: eventId(id), sender, replyTo: eventId(9) },
    });
    void (await admit([asked(olga, 1)], null));
    void (await admit([asked(ann, 2)], null));
    void (await admit([asked(notices, 3)], null));
    const unknown = { type: 'command.unknown' as const, name: 'ops', eventId: eventId(2), sender: ann };
    expect(delivered).toEqual([
      [ROOM, [input(asked(olga, 1).heard, 1_000, '$1')]],
      [ROOM, [input(unknown, 1_000, '$2')]],
    ]);
    expect(fates).toEqual([['$1', ROOM], ['$2', ROOM], ['$3']]);
  });

  it('tells a person that their Space is gone, and nothing else of it', async () => {
    const { admit, delivered, declined, releases } = door();
    const named: Arrival = { room: SPACE, id: '$2', heard: { type: 'room.named', name: 'Mine', sender: ann } };
    const text = { eventId: eventId(3), sender: ann, body: 'hello', replyTo: null };
    const said: Arrival = { room: SPACE, id: '$3', heard: { type: 'text.received', text } };
    const admitted = admit([named, said, invite(stranger, SPACE), left(SPACE)], null);
    await until(() => releases.length === 1);
    releases[0]?.();
    void (await admitted);
    expect(delivered).toEqual([[ann, [input({ type: 'space.gone', room: SPACE }, 1_000)]]]);
    expect(declined).toEqual([]);
  });

  it('declines the invite of a stranger, whose room never gets an actor', async () => {
    const { admit, delivered, declined, goodbyes } = door();
    expect(await admit([invite(stranger)], null)).toEqual([]);
    expect({ delivered, declined }).toEqual({ delivered: [], declined: [ROOM] });
    expect(goodbyes).toEqual([`${stranger}: sorry, the person may not invite`]);
  });

  it.each(['it names several senders', 'it is to a Space', 'it is for server notices'] as const)(
    'declines an invite of which is known that %s, and says so; of Spaces the person is told elsewhere too',
    async (why) => {
      const { admit, delivered, declined, goodbyes, told } = door();
      const unwanted = (person: UserId): Arrival => ({
        room: ROOM,
        id: null,
        heard: { type: 'invite.unwanted', person, why },
      });
      await Promise.all(await admit([unwanted(ann), unwanted(bob), unwanted(stranger)], null));
      expect({ declined, delivered }).toEqual({ declined: [ROOM, ROOM, ROOM], delivered: [] });
      expect(goodbyes).toEqual([ann, bob, stranger].map((person) => `${person}: sorry, ${why}`));
      const theirs = [ann, bob].map((person) => ({ person, room: ROOM, why }));
      expect(told).toEqual(why === 'it is to a Space' ? theirs : []);
    },
  );

  it.each(['decline', 'accept'] as const)('an invite to a room that anybody may come into: %s', async (groups) => {
    const { admit, delivered, declined, goodbyes, told } = door(2, groups);
    const open = (person: UserId): Arrival => ({
      room: ROOM,
      id: null,
      heard: { type: 'room.invited', person, open: true },
    });
    await Promise.all((await admit([open(ann), open(stranger)], null)).slice(groups === 'accept' ? 1 : 0));
    const strangers = `${stranger}: sorry, the person may not invite`;
    const why = 'others are in the room';
    expect({ declined: declined.length, goodbyes, told, delivered: delivered.length }).toEqual(
      groups === 'decline'
        ? {
            declined: 2,
            goodbyes: [`${ann}: sorry, ${why}`, strangers],
            told: [{ person: ann, room: ROOM, why }],
            delivered: 0,
          }
        : { declined: 1, goodbyes: [strangers], told: [], delivered: 1 },
    );
  });

  it('lets nothing through that an account says which is no person', async () => {
    const { admit, delivered } = door();
    const text = { eventId: eventId(3), sender: notices, body: 'hello', replyTo: null };
    const said = { eventId: eventId(4), sender: notices };
    const admitted = await admit(
      [
        { room: ROOM, id: '$3', heard: { type: 'text.received', text } },
        { room: ROOM, id: '$4', heard: { type: 'file.received', name: 'a', ...said } },
        { room: ROOM, id: '$4', heard: { type: 'command', name: 'help', args: '', ...said } },
        { room: ROOM, id: '$4', heard: { type: 'command.unknown', name: 'x', ...said } },
      ],
      null,
    );
    expect({ admitted, delivered }).toEqual({ admitted: [], delivered: [] });
  });

  it('takes so many invites of one person within a minute, and of others besides', async () => {
    const { admit, delivered, declined, goodbyes, wait } = door(2);
    const rooms = ['a', 'b', 'c', 'd', 'e'].map((name) => RoomId.parse(`!${name}:test`));
    const [a, b, c, d, e] = rooms as [RoomId, RoomId, RoomId, RoomId, RoomId];
    void (await admit([invite(ann, a), invite(ann, b), invite(ann, c), invite(bob, d)], null));
    expect(delivered.map(([room]) => room)).toEqual([a, b, d]);
    expect(declined).toEqual([c]);
    expect(goodbyes).toEqual([`${ann}: sorry, the person invites too often`]);
    wait(60_000);
    void (await admit([invite(ann, e)], null));
    expect(delivered.map(([room]) => room)).toEqual([a, b, d, e]);
  });

  it('takes no more of a person while it cannot get into many rooms of theirs', async () => {
    const { admit, delivered, declined, joins } = door(1_000);
    const rooms = ['a', 'b', 'c'].map((name) => RoomId.parse(`!${name}:test`)) as [RoomId, RoomId, RoomId];
    joins.set(ann, 30).set(bob, 29);
    void (await admit([invite(ann, rooms[0]), invite(bob, rooms[1])], null));
    joins.set(ann, 29);
    void (await admit([invite(ann, rooms[2])], null));
    expect(declined).toEqual([rooms[0]]);
    expect(delivered.map(([room]) => room)).toEqual([rooms[1], rooms[2]]);
  });

  it('takes invites also when the clock was set back', async () => {
    const { admit, delivered, wait } = door(1);
    const rooms = ['a', 'b'].map((name) => RoomId.parse(`!${name}:test`));
    void (await admit([invite(ann, rooms[0])], null));
    wait(-3_600_000);
    void (await admit([invite(ann, rooms[1])], null));
    expect(delivered.map(([room]) => room)).toEqual(rooms);
  });
});
