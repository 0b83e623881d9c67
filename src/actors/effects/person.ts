/** What a person's effects do in the world: one function per name in `personEffects`. */
import type { RoomId, UserId } from '../../../machines/ids.ts';
import type { Language } from '../../../machines/language.ts';
import { spaceMarker } from '../../../machines/marker.ts';
import { whereNothingIsRead, whereOthersRead } from '../../../machines/notices.ts';
import type { PersonContext, PersonEffectParams, Place } from '../../../machines/person.model.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { Effect, Result } from '../../durable/definition.ts';
import type { Admit, EffectRunner } from '../../durable/effect-runner.ts';
import type { Child, Done, Log, Now, RenderNotice, RoomWork, Send } from '../../ports.ts';
import type { Reach } from '../boundaries.ts';
import type { Creations } from '../creations.ts';
import { askedBy } from '../person.ts';
import type { Post } from '../post.ts';
import { createAcknowledge } from './acknowledge.ts';
import { transactionOf } from './transaction.ts';
import { sayTroubledIn } from './troubled.ts';

export interface PersonEffectPorts {
  work: RoomWork;
  send: Send;
  renderNotice: RenderNotice;
  tellRoom: Post['tellRoom'];
  /** Whether what people write in the room cannot be read. */
  isEncrypted(room: RoomId): boolean;
  /** Whether others read there too. */
  isShared(room: RoomId): boolean;
  /** Hears of the rooms that are being made. */
  creations: Pick<Creations, 'begin'>;
  /** All rooms of theirs that the bot is in, or comes into. */
  roomsOf(person: UserId): readonly RoomId[];
  languageIn(room: RoomId): Language | null;
  names: Names;
  topics: Topics;
  now: Now;
  log: Log;
  reach: Reach;
  isClosing(error: unknown): boolean;
}

type In = Language | null;

interface Names {
  space(person: UserId, language: In): Promise<string>;
  chat(number: number, language: In): string;
}

interface Topics {
  space(language: In): string;
  chat(number: number, person: UserId, language: In): string;
}

type Whom = Pick<PersonContext, 'person' | 'language'>;

type Perform<Name extends keyof PersonEffectParams> = (
  params: PersonEffectParams[Name],
  id: string,
  effect: Effect,
  whom: Whom,
) => Promise<Result>;

type Performers = { [Name in keyof PersonEffectParams]: Perform<Name> };

export function createPersonEffects(
  world: PersonEffectPorts,
  admit: Admit<UserId>,
): EffectRunner<UserId, PersonContext> {
  const { whenDone } = createAcknowledge(world, admit);
  const performers = performersOf(world);
  /** The rooms that know that their person's actor is parked. */
  const troubled = new Map<UserId, Set<RoomId>>();

  return {
    perform(person, effect, record) {
      const perform = performers[effect.type as keyof PersonEffectParams] as Perform<never>;
      const recorded = effect.type === 'create the chat' ? world.creations.begin(person) : () => {};
      whenDone(
        person,
        effect,
        perform(effect.params as never, transactionOf(record, effect), effect, record.context),
        recorded,
      );
    },
    release: () => {},
    sayTroubled(person, inputs) {
      const told = troubled.get(person) ?? new Set();
      troubled.set(person, told);
      for (const input of inputs) {
        const asked = input.kind === 'event' ? askedBy(input.event) : null;
        if (asked === null || told.has(asked.room)) continue;
        told.add(asked.room);
        sayTroubledIn(world, asked.room, asked.answers);
      }
    },
  };
}

function performersOf(world: PersonEffectPorts): Performers {
  const { work, names, topics } = world;

  function tellRoom(person: UserId, room: RoomId, event: RoomEvent, id: string): Promise<Result> {
    return new Promise((resolve) => world.tellRoom({ person, room, event, id }, () => resolve({ ok: true })));
  }

  return {
    async 'create the Space'({ operation, person, chats = [] }, _, __, { language }) {
      const name = await names.space(person, language);
      const topic = topics.space(language);
      const children = childrenOf(person, chats);
      return work.createRoom({ kind: 'space', operation, name, topic, person, space: null, children });
    },
    'mark the Space': ({ space, person }) => work.writeMarker(space, spaceMarker(person)),
    async 'create the chat'({ operation, person, space, number, name: given }, _, __, { language }) {
      const name = given ?? names.chat(number, language);
      const topic = topics.chat(number, person, language);
      const made = await work.createRoom({ kind: 'chat', operation, name, topic, person, space });
      return made.ok ? { ...made, name } : made;
    },
    'link the chat': ({ space, room, number = null, archived = false }, _, __, { person }) =>
      work.linkChild(space, { room, person, number, archived }),
    'introduce the chat': ({ room, event }, id, _, { person }) => tellRoom(person, room, event, id),
    'link the other chats'({ space, rooms, chats = [] }, _, __, { person }) {
      const unplaced = rooms.map((room) => ({ room, person, number: null, archived: false }));
      return all([...unplaced, ...childrenOf(person, chats)].map((child) => work.linkChild(space, child)));
    },
    async 'restore access'({ person, rooms }) {
      const calls = await Promise.all(rooms.map((room) => work.invite(room, person)));
      const refusal = calls.find(({ ok }) => !ok);
      return refusal ?? { ok: true, invited: calls.filter((one) => one.ok && one.sent === true).length };
    },
    'invite again': ({ person, rooms }) => all(rooms.map((room) => work.invite(room, person))),
    'tell the room': ({ room, event }, id, _, { person }) => tellRoom(person, room, event, id),
    async 'tell all rooms'({ event }, id, _, { person }) {
      await Promise.all(world.roomsOf(person).map((room) => tellRoom(person, room, event, id)));
      return { ok: true };
    },
    say({ room, notice, answers }, transaction, { since, device }, { language }) {
      const told = world.isShared(room) ? whereOthersRead(notice) : notice;
      const content = world.renderNotice(world.isEncrypted(room) ? whereNothingIsRead(told) : told, language);
      const message = { room, transaction, content, replaces: null, answers, since, device };
      return world.send({ ...message, msgtype: 'm.notice' }, 'command');
    },
  };
}

function childrenOf(person: UserId, chats: readonly Place[]): Child[] {
  return chats.map((place) => ({ ...place, person }));
}

/** Done when all are; else the first refusal. */
async function all(calls: readonly Promise<Done>[]): Promise<Result> {
  const refusal = (await Promise.all(calls)).find(({ ok }) => !ok);
  return refusal ?? { ok: true };
}
