/** What a person's effects do in the world: one function per name in `personEffects`. */
import type { PersonEffectParams } from '../../../machines/person.model.ts';
import type { RoomEvent } from '../../../machines/room.model.ts';
import type { RoomId, UserId } from '../../../machines/ids.ts';
import type { Done, Log, Now, RenderNotice, RoomWork, Send } from '../../ports.ts';
import type { Reach } from '../../durable/boundaries.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Creations } from '../creations.ts';
import { askedBy } from '../person.ts';
import { spaceMarker } from '../../../machines/marker.ts';
import type { Effect, Result } from '../../durable/step.ts';
import type { Admit, EffectRunner, Key } from '../../durable/children.ts';
import { createSettle } from './settle.ts';

export interface PersonEffectPorts {
  work: RoomWork;
  send: Send;
  renderNotice: RenderNotice;
  /** Brings an event to a room's actor; `told` is called when it is on disk there. */
  tellRoom(word: { room: RoomId; event: RoomEvent; id: string }, told: () => void): void;
  /** Hears of the rooms that are being made. */
  creations: Pick<Creations, 'begin'>;
  names: { space(person: UserId): Promise<string>; chat(number: number): string };
  now: Now;
  log: Log;
  reach: Reach;
  isClosing(error: unknown): boolean;
}

export function createPersonEffects(world: PersonEffectPorts, admit: Admit): EffectRunner {
  const { work } = world;
  const { settle } = createSettle<UserId>('person', world, admit);
  /** The rooms that know that their person's actor is parked. */
  const troubled = new Map<Key, Set<RoomId>>();

  type Perform<Name extends keyof PersonEffectParams> = (
    params: PersonEffectParams[Name],
    id: string,
    effect: Effect,
  ) => Promise<Result>;

  const performers: { [Name in keyof PersonEffectParams]: Perform<Name> } = {
    'create the Space': async ({ operation, person }) => {
      const name = await world.names.space(person);
      return work.createRoom({ kind: 'space', operation, name, topic: '', person, space: null });
    },
    'mark the Space': ({ space, person }) => work.writeMarker(space, spaceMarker(person)),
    "drop the Space's alias": ({ operation, space }) => work.dropAlias(space, operation),
    'create the chat': async ({ operation, person, space, number, name: given }) => {
      const name = given ?? world.names.chat(number);
      const made = await work.createRoom({ kind: 'chat', operation, name, topic: '', person, space });
      return made.ok ? { ...made, name } : made;
    },
    'link the chat': ({ space, room }) => work.linkChild(space, room),
    "drop the chat's alias": ({ operation, room }) => work.dropAlias(room, operation),
    'introduce the chat': ({ room, event }, id) => tellRoom(room, event, id),
    'link the other chats': ({ space, rooms }) => all(rooms.map((room) => work.linkChild(space, room))),
    'restore access': ({ person, rooms }) => all(rooms.map((room) => work.invite(room, person))),
    'invite again': ({ person, rooms }) => all(rooms.map((room) => work.invite(room, person))),
    'tell the room': ({ room, event }, id) => tellRoom(room, event, id),
    say: ({ room, notice, answers }, transaction, { since, device }) =>
      world
        .send(
          {
            room,
            transaction,
            msgtype: 'm.notice',
            content: world.renderNotice(notice),
            replaces: null,
            answers,
            since,
            device,
          },
          'command',
        )
        .then((receipt): Result => receipt),
  };

  function tellRoom(room: RoomId, event: RoomEvent, id: string): Promise<Result> {
    return new Promise((resolve) => world.tellRoom({ room, event, id }, () => resolve({ ok: true })));
  }

  return {
    perform(person, effect: Effect, record: Envelope) {
      const perform = performers[effect.type as keyof PersonEffectParams] as Perform<never>;
      const recorded = effect.type === 'create the chat' ? world.creations.begin(person as UserId) : () => {};
      settle(
        person as UserId,
        effect,
        perform(effect.params as never, `${record.origin}.${effect.id}`, effect),
        recorded,
      );
    },
    release: () => {},
    sayTroubled(person, inputs) {
      const told = troubled.get(person) ?? new Set();
      troubled.set(person, told);
      const since = world.now();
      for (const input of inputs) {
        const asked = input.kind === 'event' ? askedBy(input.event) : null;
        if (asked === null || told.has(asked.room)) continue;
        told.add(asked.room);
        const content = world.renderNotice({ key: 'room is troubled' });
        const transaction = `troubled.${since.toString(36)}`;
        const message = { ...asked, transaction, content, replaces: null, since, device: null };
        void world.send({ ...message, msgtype: 'm.notice' }, 'notice').catch(() => {});
      }
    },
  };
}

/** Done when all are; else the first refusal. */
async function all(calls: readonly Promise<Done>[]): Promise<Result> {
  const refusal = (await Promise.all(calls)).find(({ ok }) => !ok);
  return refusal ?? { ok: true };
}
