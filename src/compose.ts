/** Brings the actors of people and rooms together with the world that they act in. */
import type { AnyActorRef } from 'xstate';
import { randomUUID } from 'node:crypto';
import type { AgentId, RoomId, UserId } from '../machines/ids.ts';
import type { Notice } from '../machines/notices.ts';
import type { PersonEvent } from '../machines/person.model.ts';
import type { RoomContext, RoomEvent, Wish } from '../machines/room.model.ts';
import { restartPolicy } from '../machines/restart-policy.ts';
import type { Reach } from './durable/boundaries.ts';
import { createCreations } from './actors/creations.ts';
import { createPersonEffects } from './actors/effects/person.ts';
import { createRoomEffects } from './actors/effects/room.ts';
import { newOrigin } from './durable/record.ts';
import { isPersonAtRest, newPersonRecord, personDefinition, readPersonRecord } from './actors/person.ts';
import type { Reception } from './actors/reception.ts';
import { isAtRest, readRoomRecord, roomDefinition, speakerOf } from './actors/room.ts';
import { createChildren, type Children, type ChildrenWorld, type Observe } from './durable/children.ts';
import type { Alarm } from './durable/timers.ts';
import { openLinks } from './agents/link.ts';
import { createPlaces } from './agents/places.ts';
import type { Config } from './config/config.ts';
import type { Actions } from './matrix/actions.ts';
import type { Courier } from './matrix/courier.ts';
import { Closed } from './matrix/errors.ts';
import type { Chance, Log, Now, RenderNotice, RoomWork, Store } from './ports.ts';
import { openStore as openFolder } from './store/store.ts';
import { renderAnswer } from './text/answer.ts';
import { cleanText } from './text/clean.ts';
import { en } from './text/en.ts';
import { renderNotice } from './text/notices.ts';
import { renderPreview } from './text/preview.ts';

/** The longest name of a person within the name of their Space, in characters. */
const NAME_CHARACTERS = 60;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** Throws what keeps the state folder from being used. */
export function openStore({ state }: Config, log: Log): Promise<Store> {
  return openFolder(state.dir, {
    fsync: state.fsync,
    onCorrupt: (error) => log.error({ error }, 'damaged record moved aside'),
  });
}

export interface Surroundings {
  config: Config;
  root: AnyActorRef;
  store: Pick<Store, 'rooms' | 'people' | 'deadLetters' | 'answers'>;
  device: string;
  courier: Courier;
  actions: Actions;
  work: RoomWork;
  reception: Reception;
  baseOf: (agent: AgentId) => string | null;
  alarm: Alarm;
  now: Now;
  chance: Chance;
  log: Log;
  reach: Reach;
  evictAfterMs: number;
  observe: Observe;
  /** Resolves when the bot is in the room; whoever replaces a room invites its members afterwards. */
  letIn(room: RoomId): Promise<void>;
  /** A record was written (null), or could not be. */
  onStore(problem: string | null): void;
}

export interface Household {
  rooms: Children;
  people: Children;
  /** The children that an actor of this name belongs to. */
  of(key: string): Children;
}

export function compose(around: Surroundings): Household {
  const { config, store, device, courier, actions, work, reception, now, log, reach } = around;
  const { limits, reply, names } = config.policy;
  const words = wordsFor(config);
  const isClosing = (error: unknown) => error instanceof Closed;
  const concurrency = new Map(config.agents.map((agent) => [agent.id, agent.concurrency]));
  const common = {
    ...{ root: around.root, deadLetters: store.deadLetters, policy: restartPolicy, alarm: around.alarm },
    ...{ evictAfterMs: around.evictAfterMs, now, log, reach, observe: around.observe, onStore: around.onStore },
  } satisfies Partial<ChildrenWorld>;

  /** A room's wish, with what the person's actor needs to know besides. */
  function tellPerson(word: { person: UserId; room: RoomId; wish: Wish; id: string }, told: () => void): void {
    untilDone(
      () => eventFor(word),
      (event) => {
        if (event === null) told();
        else void people.deliver(word.person, [{ kind: 'event', id: word.id, at: now(), event }]).then(told);
      },
    );
  }

  /** A person's word to a room, with what is true of its agent and context by now. */
  function tellRoom(word: { room: RoomId; event: RoomEvent; id: string }, told: () => void): void {
    untilDone(
      () => upToDate(word.event),
      (event) => void rooms.deliver(word.room, [{ kind: 'event', id: word.id, at: now(), event }]).then(told),
    );
  }

  /** What fails for a moment (a full disk, say) is tried again, until the service closes. */
  function untilDone<T>(prepare: () => Promise<T>, use: (prepared: T) => void, tries = 1): void {
    prepare().then(use, (error: unknown) => {
      if (isClosing(error)) return;
      const waitMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      log.error({ error, waitMs }, 'word between actors could not be passed on, trying again');
      around.alarm.set(now() + waitMs, () => untilDone(prepare, use, tries + 1));
    });
  }

  async function upToDate(event: RoomEvent): Promise<RoomEvent> {
    if (event.type !== 'room.adopted') return event;
    const contextId = reception.isOfScope(event.contextId) ? event.contextId : await reception.mintContextId();
    return { ...event, ...reception.agentFor(event.person), contextId };
  }

  async function eventFor({ person, room, wish }: Parameters<typeof tellPerson>[0]): Promise<PersonEvent | null> {
    switch (wish.type) {
      case 'chat.wanted':
      case 'access.wanted': {
        const name = wish.type === 'chat.wanted' ? wish.name : null;
        const contextId = await reception.mintContextId();
        const job = {
          // Nobody can guess it and take the alias that is made from it.
          operation: randomUUID(),
          spaceOperation: randomUUID(),
          origin: room,
          answers: wish.answers,
          name,
          number: null,
          room: null,
          archived: false,
        };
        return { type: wish.type, job: { ...job, ...reception.agentFor(person), contextId } };
      }
      case 'chat.renamed':
        return { type: 'chat.renamed', room, name: wish.name };
      case 'chat.gone':
      case 'chat.refused':
        return { type: 'chat.gone', room };
      case 'chat.moved': {
        // Whoever may replace a room can name any other as its successor, also one of somebody else's.
        const marker = await work.readMarker(wish.replacement);
        if (marker !== null && marker.person !== person) {
          log.warn({ room, replacement: wish.replacement }, 'room is not replaced by the room of somebody else');
          return null;
        }
        await around.letIn(wish.replacement);
        return {
          type: 'chat.moved',
          room,
          replacement: wish.replacement,
          contextId: wish.contextId,
          ...reception.agentFor(person),
        };
      }
      default:
        return { ...wish, origin: room };
    }
  }

  const creations = createCreations(around);
  const people = createChildren({
    ...common,
    definition: personDefinition(device),
    records: store.people,
    readRecord: readPersonRecord,
    isAtRest: isPersonAtRest,
    newRecord: async (person) => newPersonRecord(person as UserId, newOrigin()),
    refresh: () => [],
    createEffects: (admit) =>
      createPersonEffects(
        {
          work,
          send: courier.send,
          renderNotice: words,
          tellRoom,
          creations,
          names: {
            space: async (person) => spaceName(names.space, (await work.displayName(person)) ?? localpart(person)),
            chat: (number) => names.chat.replaceAll('{number}', () => String(number)),
          },
          now,
          log,
          reach,
          isClosing,
        },
        admit,
      ),
  });

  const rooms = createChildren({
    ...common,
    definition: roomDefinition(
      {
        ...{ queue: limits.queue, tries: limits.connectTries, turnMs: limits.turnMs },
        refuseAlways: config.policy.access.denyRepeat === 'always',
      },
      device,
      reception.claim,
    ),
    records: store.rooms,
    readRecord: readRoomRecord,
    isAtRest,
    async newRecord(room, first) {
      // It may be the room that is being made for the speaker.
      const speaker = speakerOf(first);
      if (speaker !== null) await creations.settled(speaker);
      return reception.newRecord(room as RoomId, first);
    },
    refresh: ({ context }) =>
      reception.refresh(context as RoomContext).map((event) => ({ kind: 'event', id: null, at: now(), event })),
    createEffects: (admit) =>
      createRoomEffects(
        {
          send: courier.send,
          sendDisposable: courier.sendDisposable,
          joinRoom: actions.joinRoom,
          showTyping: actions.showTyping,
          work,
          tellPerson,
          openLink: openLinks({
            baseOf: around.baseOf,
            now,
            log,
            count: (frame) => log.debug({ frame }, 'frame changes nothing'),
            limits: {
              connect: limits.connectMs,
              status: limits.statusMs,
              silence: limits.silenceMs,
              maxFrame: limits.frameBytes,
            },
          }),
          places: createPlaces((agent) => concurrency.get(agent) ?? 1),
          answers: store.answers,
          renderNotice: words,
          renderAnswer,
          renderPreview,
          now,
          chance: around.chance,
          log,
          alarm: around.alarm,
          pace: reply,
          reach,
          isClosing,
        },
        admit,
      ),
  });

  return { rooms, people, of: (key) => (key.startsWith('@') ? people : rooms) };
}

/** Sentences with the operator's own words in them. */
function wordsFor(config: Config): RenderNotice {
  const render = renderNotice(en);
  const labels = new Map<string, string>(config.agents.map(({ id, label }) => [id, label]));
  const { contact } = config.policy.access;
  return (notice) => render(filled(notice));

  function filled(notice: Notice): Notice {
    if (notice.key === 'no agent for you') return { ...notice, contact };
    if (notice.key === 'your agent' || notice.key === 'agent changed') {
      return { ...notice, agent: labels.get(notice.agent) ?? notice.agent };
    }
    return notice;
  }
}

/** A name that is shown in a list: one line, not longer than one reads. */
function spaceName(template: string, person: string): string {
  const name = [...cleanText(person).replace(/\s+/g, ' ').trim()].slice(0, NAME_CHARACTERS).join('');
  return template.replaceAll('{name}', () => name);
}

function localpart(person: UserId): string {
  return person.slice(1, person.indexOf(':'));
}
