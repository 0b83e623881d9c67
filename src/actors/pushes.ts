/** What agents say of their own accord: finds the room of the conversation, and says when it is on disk there. */
import type { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import { takenAs, type Push, type Pushes } from '../../machines/pushes.ts';
import { fixedLimits } from '../../machines/room-limits.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Children } from '../durable/children.ts';
import type { Envelope } from '../durable/record.ts';
import type { Alarm } from '../durable/timers.ts';
import type { Answers, Log, Now } from '../ports.ts';
import type { Pushed, TakePush, Taking } from '../ports/pushes.ts';

export interface PushDesk {
  /** A room's record as it is on disk now. */
  noteRoom(record: Envelope<RoomContext>): void;
  take: TakePush;
}

export interface PushWorld {
  rooms(): Pick<Children<RoomId, RoomContext>, 'deliver'>;
  /** Whether what comes reaches its actors, and the store works. */
  isOpen(): boolean;
  /** Whether the actor of this room failed and does not run. */
  isResting(room: RoomId): boolean;
  answers: Pick<Answers, 'write' | 'remove'>;
  /** More bytes of text stand beside the record (`SHORT_ANSWER`). */
  mostInRecord: number;
  alarm: Alarm;
  now: Now;
  log: Log;
}

/** A room in which an agent may speak. */
interface Room {
  room: RoomId;
  person: UserId;
  agent: AgentId;
  contextId: ContextId;
  /** When its person's last turn there began or ended, ms; 0 for never. */
  spokenAt: number;
  pushes: Pushes;
  /** No more is held back there. */
  isFull: boolean;
}

/** A write that takes longer is waited for by nobody: whoever pushes tries again. */
const LONGEST_TAKING_MS = 10_000;

export function createPushDesk(world: PushWorld): PushDesk {
  const index = createIndex();
  /** Of one conversation one after the other, so that a second try cannot overtake the first. */
  const lastOf = new Map<string, Promise<unknown>>();

  async function take(pushed: Pushed): Promise<Taking> {
    const before = judged(index, pushed);
    if (typeof before === 'string') return before;
    const { room } = before;
    // What the room would not hold back is not written beside its record: nobody would remove it there.
    const isTooMuch = before.isFull && pushed.kind !== 'progress';
    if (isTooMuch || !world.isOpen() || world.isResting(room)) return 'not now';
    const push = await kept(world, room, pushed);
    const { agent, contextId } = pushed;
    const event = { type: 'agent.pushed' as const, agent, contextId, push };
    // Without an id for inputs: a push that found no room there must be heard when it comes again.
    await world.rooms().deliver(room, [{ kind: 'event', id: null, at: world.now(), event }], 'told');
    const after = judged(index, pushed);
    if (after === 'known') return 'taken';
    return typeof after === 'string' ? after : 'not now';
  }

  return {
    noteRoom: index.note,
    async take(pushed) {
      const key = keyOf(pushed);
      const turn = (lastOf.get(key) ?? Promise.resolve()).then(() => inTime(world, take(pushed)));
      lastOf.set(key, turn);
      try {
        return await turn;
      } catch (error) {
        world.log.error({ agent: pushed.agent, context: pushed.contextId, error }, 'push could not be taken');
        return 'not now';
      } finally {
        if (lastOf.get(key) === turn) lastOf.delete(key);
      }
    },
  };
}

/** The room that it is for, or what becomes of it without one. */
function judged(index: Index, pushed: Pushed): Room | Exclude<Taking, 'taken' | 'not now'> {
  const rooms = index.at(pushed);
  const theirs = rooms.filter(({ person }) => pushed.user === null || person === pushed.user);
  if (theirs.length === 0) return rooms.length > 0 ? 'of somebody else' : index.isRetired(pushed) ? 'over' : 'unknown';
  const people = new Set(theirs.map(({ person }) => person));
  // Of several people with one memory nobody else reads what is for one of them.
  if (people.size > 1) return 'of somebody else';
  for (const { pushes } of theirs) {
    const was = takenAs(pushes, pushed);
    if (was !== null) return was === 'same' ? 'known' : 'known otherwise';
  }
  return theirs.reduce((latest, room) => (room.spokenAt >= latest.spokenAt ? room : latest));
}

/** As the room takes it: a long text stands beside the record. */
async function kept({ answers, mostInRecord }: PushWorld, room: RoomId, pushed: Pushed): Promise<Push> {
  const { id, print, task } = pushed;
  if (pushed.kind === 'progress') return { id, print, task, kind: 'progress', work: pushed.work };
  const { kind, text, files } = pushed;
  if (text === null) return { id, print, task, kind, answer: null, files };
  if (Buffer.byteLength(text) <= mostInRecord) return { id, print, task, kind, answer: { markdown: text }, files };
  // A slow write of other words under this id may still be on its way.
  const stored = `push-${id}-${print}`;
  await answers.write(room, stored, text);
  return { id, print, task, kind, answer: { stored }, files };
}

/** What is not on disk by then may be there later: `known` says so to the next try. */
function inTime({ alarm, now }: PushWorld, taking: Promise<Taking>): Promise<Taking> {
  return new Promise((resolve, reject) => {
    const cancel = alarm.set(now() + LONGEST_TAKING_MS, () => resolve('not now'));
    taking.then(resolve, reject).finally(cancel);
  });
}

type Index = ReturnType<typeof createIndex>;

type Conversation = Pick<Room, 'agent' | 'contextId'>;

function keyOf({ agent, contextId }: Conversation): string {
  return `${contextId} ${agent}`;
}

/** The rooms by the conversations that they are in, and those that they have left. */
function createIndex() {
  const rooms = new Map<RoomId, Room>();
  const current = new Map<string, Set<RoomId>>();
  const retired = new Map<string, Set<RoomId>>();

  function forget({ room, pushes, ...conversation }: Room): void {
    takeOut(current, keyOf(conversation), room);
    for (const left of pushes.retired) takeOut(retired, keyOf(left), room);
    rooms.delete(room);
  }

  return {
    note({ context, done }: Envelope<RoomContext>): void {
      const before = rooms.get(context.room);
      if (before !== undefined) forget(before);
      const found = done ? null : roomIn(context);
      if (found === null) return;
      rooms.set(found.room, found);
      putIn(current, keyOf(found), found.room);
      for (const left of found.pushes.retired) putIn(retired, keyOf(left), found.room);
    },
    at: (conversation: Conversation): Room[] =>
      [...(current.get(keyOf(conversation)) ?? [])].flatMap((room) => rooms.get(room) ?? []),
    isRetired: (conversation: Conversation) => retired.has(keyOf(conversation)),
  };
}

/** Null for a room in which no agent speaks. */
function roomIn({ room, person, role, agent, contextId, diary, pushes }: RoomContext): Room | null {
  if (person === null || role !== 'chat') return null;
  const spokenAt = Math.max(diary.run?.began ?? 0, diary.ended?.at ?? 0);
  const isFull = pushes.held.length >= fixedLimits.mostPushesHeld;
  return { room, person, agent, contextId, spokenAt, pushes, isFull };
}

function putIn(index: Map<string, Set<RoomId>>, key: string, room: RoomId): void {
  index.set(key, (index.get(key) ?? new Set()).add(room));
}

function takeOut(index: Map<string, Set<RoomId>>, key: string, room: RoomId): void {
  const found = index.get(key);
  found?.delete(room);
  if (found?.size === 0) index.delete(key);
}
