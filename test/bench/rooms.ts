/** The rooms as `app.ts` composes them, on the real store, in a world that says yes at once. */
import { randomBytes, randomUUID } from 'node:crypto';
import { AgentId, ContextId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import { blankRoom, type RoomContext } from '../../machines/room.model.ts';
import { createRoomEffects } from '../../src/actors/effects/room.ts';
import { createReception, type Reception } from '../../src/actors/reception.ts';
import { remember, type Envelope } from '../../src/durable/record.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { newRoomRecord, readRoomRecord, roomDefinition } from '../../src/actors/room.ts';
import { createTurnLog } from '../../src/actors/turn-log.ts';
import { usualLimits } from '../support/room-limits.ts';
import { createChildren, type Children } from '../../src/durable/children.ts';
import { createAlarm } from '../../src/durable/timers.ts';
import { createPlaces } from '../../src/agents/places.ts';
import type { HostState, RecordTable, RoomWork } from '../../src/ports.ts';
import { openStore } from '../../src/store/store.ts';
import { noFiles } from '../support/no-files.ts';
import { answersWithin } from '../../src/text/answer.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { previewsIn } from '../../src/text/preview.ts';
import { picturesIn } from '../../src/text/readable.ts';
import { startRoot, type Root } from '../support/root.ts';
import { ownTime } from './usage.ts';

export interface Rooms {
  children: Children<RoomId, RoomContext>;
  counts: Root['counts'];
  records: RecordTable;
  host: HostState;
  reception: Reception;
  /** Lets every idle room leave memory; resolves with the CPU time that it took, ms. */
  evict(): Promise<number>;
  close(): Promise<void>;
}

const EVICT_AFTER_MS = 5 * 60_000;
const AGENT = AgentId.parse('a');
const PERSON = UserId.parse('@person:bench.test');
const nowhere = () => undefined;

const done = async () => ({ ok: true }) as const;
/** Rooms and Spaces that are done at once. */
const work: RoomWork = {
  createRoom: async ({ operation }) => ({ ok: true, room: RoomId.parse(`!${operation}`) }),
  newOperation: () => randomUUID(),
  linkChild: done,
  invite: done,
  setName: done,
  displayName: async () => null,
  writeMarker: done,
  readMarker: async () => null,
  leave: done,
  redact: done,
  react: async () => ({ ok: true, eventId: EventId.parse('$reaction') }),
};

export const definition = roomDefinition({ ...usualLimits, queue: 1000 }, 'BENCH');
export const roomOf = (number: number): RoomId => RoomId.parse(`!bench-room-number-${number}-of-the-bench`);
export const eventOf = (name: string): EventId => EventId.parse(`$${name}`.padEnd(44, '0'));
export const personOf = (): UserId => PERSON;

/** Opens the rooms of a state folder. Their agent takes every text and never answers. */
export async function openRooms(folder: string, fsync: boolean): Promise<Rooms> {
  /** Added to the clock: evicting waits for minutes that nobody has. */
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const log = { debug: nowhere, info: nowhere, warn: nowhere, error: console.error };
  const store = await openStore(folder, { fsync });
  const { host, rooms: records, deadLetters, answers } = store;
  const registry = { agentOf: () => AGENT, has: () => true };
  const reception = createReception({
    registry,
    access: { mayInvite: () => true, assignmentOf: () => 'configured' },
    mode: 'dm',
    companyOf: async () => null,
    isMine: async () => false,
    scope: 'room',
    host,
    readMarker: async () => null,
    inTheMaking: () => null,
    languageOf: () => null,
    contextOf: () => null,
    now,
  });
  const alarm = createAlarm(now, () => performance.now() + ahead);
  const root = startRoot(() => children);
  let sent = 0;
  const children: Children<RoomId, RoomContext> = createChildren({
    supervision: root,
    definition,
    records,
    deadLetters,
    readRecord: readRoomRecord,
    mayLeaveMemory: roomRest.mayLeaveMemory,
    holdsAStop: roomRest.holdsAStop,
    newRecord: (room: RoomId, first) => reception.newRecord(room, first),
    news: ({ context }) => reception.refresh(context).map((event) => ({ kind: 'event', id: null, at: now(), event })),
    brief: reception.brief,
    createEffects: (admit) =>
      createRoomEffects(
        {
          send: async () => ({ ok: true, eventId: eventOf(`sent-${++sent}-`) }),
          sendDisposable: async () => ({ ok: true, eventId: eventOf(`sent-${++sent}-`) }),
          joinRoom: async () => ({ ok: true }),
          showTyping: async () => undefined,
          work,
          tellPerson: (_, told) => told(),
          elsewhere: { tell: async () => undefined },
          companyOf: async () => null,
          quoteOf: async () => null,
          farewell: (why) => why,
          openLink(_, listen) {
            queueMicrotask(() => listen({ type: 'opened' }));
            return { ask: nowhere, confirm: nowhere, stop: nowhere, close: nowhere };
          },
          places: createPlaces(() => Infinity),
          answers,
          files: noFiles,
          renderNotice: renderNotice(en),
          answerOperator: async () => ({ body: 'well' }),
          nameOf: async () => 'Ann',
          languageIn: () => null,
          renderAnswer: answersWithin(30, en.answers),
          renderPreview: previewsIn(en.answers),
          picturesIn,
          now,
          chance: Math.random,
          log,
          turnLog: createTurnLog({ log, now }),
          alarm,
          pace: { stream: 'edits', firstEditMs: 200, maxEdits: 40, progress: 'notice' },
          reach: nowhere,
          isClosing: () => false,
        },
        admit,
      ),
    isShared: () => false,
    lettersRetryMs: 30_000,
    evictAfterMs: EVICT_AFTER_MS,
    alarm,
    now,
    log,
    reach: nowhere,
    onStore: nowhere,
    observe: undefined,
  });

  return {
    children,
    counts: root.counts,
    records,
    host,
    reception,
    evict() {
      ahead += 2 * EVICT_AFTER_MS;
      return new Promise((resolve, reject) => {
        // The earliest entry rings first; the sweep, long due, follows in the same breath.
        alarm.set(0, () => {
          const started = ownTime();
          setImmediate(() => {
            const { live } = root.counts();
            if (live === 0) resolve(ownTime() - started);
            else reject(new Error(`${live} rooms did not leave memory`));
          });
        });
      });
    },
    async close() {
      await children.close();
      alarm.close();
      await store.close();
    },
  };
}

/** The record of a room whose person was greeted; `texts` is how many texts it has answered since. */
export function idleRecord(room: RoomId, texts: number): Envelope<RoomContext> {
  const context = blankRoom({
    ...{ room, agent: AGENT, contextId: ContextId.parse('1790000000000000'), person: PERSON },
    ...{ session: texts === 0 ? null : 'session-of-the-agent', turns: texts },
  });
  const ids = Array.from({ length: texts }, (_, number) => eventOf(`text-${number}-of-${room}`));
  const { seen } = remember({ seen: '', behind: null, behindCount: 0 }, ids, null);
  const record = newRoomRecord(context, randomBytes(6).toString('base64url'));
  // As it comes from the disk: no string or object is shared with another room's record.
  return readRoomRecord(JSON.parse(JSON.stringify({ ...record, sequence: 2 + 8 * texts, seen })));
}

/** Does `work` for 0 to `count` - 1, so many at once. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
