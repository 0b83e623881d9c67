/**
 * What became of messages: those of late are remembered here, in memory, as far as no record says it; the rest is read
 * from the record of their room.
 */
import type { EventId, RoomId } from '../../machines/ids.ts';
import { meant, textIn } from '../../machines/room-again.ts';
import { statusOf } from '../../machines/room-status.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Ending } from '../../machines/status.ts';
import type { Trouble } from '../../machines/trouble.ts';
import type { Change } from '../durable/durable.ts';
import { nameOfParked, wasSeen, type Envelope } from '../durable/record.ts';
import type { Fate } from '../ports/ops.ts';

/** What is remembered of one message. */
export interface Noted {
  room: RoomId | null;
  /** What decoding said of it. */
  dropped?: string;
  /** Its sender is nobody who is served. */
  ofNoPerson?: true;
  /** What its room heard it as. */
  as?: RoomEvent['type'];
  over?: { how: Ending; trouble: Trouble | null };
}

export interface Fates {
  dropped(event: EventId, why: string): void;
  ofNoPerson(event: EventId, room: RoomId): void;
  /** It is on its way to its room. */
  handed(event: EventId, room: RoomId): void;
  committed(room: RoomId, change: Change<RoomContext>): void;
  /** A turn about these messages is over. */
  over(room: RoomId, events: readonly EventId[], how: Ending, trouble: Trouble | null): void;
  noted(event: EventId): Noted | undefined;
}

/** Messages that are remembered; the oldest is forgotten for one more. */
const MOST_NOTED = 5_000;

export function createFates(): Fates {
  const all = new Map<EventId, Noted>();

  function note(event: EventId, changes: Partial<Noted>): void {
    const before = all.get(event);
    all.set(event, { room: null, ...before, ...changes });
    if (before !== undefined || all.size <= MOST_NOTED) return;
    const [oldest] = all.keys();
    if (oldest !== undefined) all.delete(oldest);
  }

  return {
    dropped: (event, why) => note(event, { dropped: why }),
    ofNoPerson: (event, room) => note(event, { room, ofNoPerson: true }),
    handed: (event, room) => note(event, { room }),
    committed(room, { heard }) {
      for (const { event } of heard) {
        const message = messageIn(event as RoomEvent);
        if (message !== null) note(message, { room, as: event.type as RoomEvent['type'] });
      }
    },
    over(room, events, how, trouble) {
      for (const event of events) note(event, { room, over: { how, trouble } });
    },
    noted: (event) => all.get(event),
  };
}

/** The message that somebody wrote. */
function messageIn(event: RoomEvent): EventId | null {
  if (event.type === 'text.received') return event.text.eventId;
  return 'sender' in event && 'eventId' in event ? event.eventId : null;
}

const overheard: Partial<Record<RoomEvent['type'], Extract<Fate, { is: 'overheard' }>['as']>> = {
  'bystander.spoke': 'others',
  'words.overheard': 'not to the bot',
  'stranger.spoke': 'no agent',
  'company.spoke': 'others are there',
};

export interface Looked {
  record: Envelope<RoomContext>;
  event: EventId;
  noted: Noted | undefined;
  now: number;
}

/** What the record of its room says of a message, and what is remembered besides; null where neither knows it. */
export function fateOf(looked: Looked): Fate | null {
  return parkedIn(looked) ?? textOf(looked) ?? waitingIn(looked) ?? rememberedOf(looked);
}

function parkedIn({ record, event, now }: Looked): Fate | null {
  const parked = record.parked.findLast((one) => messageIn(one.event as RoomEvent) === event);
  if (parked === undefined) return null;
  return { is: 'parked', id: nameOfParked(parked), error: parked.error, agoMs: Math.max(0, now - parked.at) };
}

function textOf({ record, event, noted, now }: Looked): Fate | null {
  const { context } = record;
  const found = meant(context, event);
  const text = textIn(found);
  if (text === null) return null;
  if (found.is === 'waiting') return { is: 'in line', place: context.waiting.indexOf(text) + 1 };
  if (found.is === 'running') {
    const { turn } = statusOf(record, now);
    if (turn === null) return null;
    return { is: 'being asked', stage: turn.stage, tries: context.turn?.attempts ?? 0, forMs: turn.age };
  }
  const to = text.repeats ?? text.eventId;
  const by = context.replies.find((reply) => reply.to === to)?.messages ?? [];
  if (found.is === 'unanswered') {
    if (found.one.why === 'missed') return { is: 'not passed on' };
    const how = noted?.over?.how ?? (found.one.answer === undefined ? found.one.why : 'refused');
    if (how !== 'answered') return { is: 'over', how, trouble: noted?.over?.trouble ?? troubleIn(context, text), by };
  }
  const how = noted?.over?.how ?? 'answered';
  return how === 'answered' ? { is: 'answered', by } : { is: 'over', how, trouble: noted?.over?.trouble ?? null, by };
}

/** Where it was the last one that ended, the diary knows why. */
function troubleIn({ unanswered, diary }: RoomContext, text: object): Trouble | null {
  return unanswered.at(-1)?.text === text ? (diary.ended?.trouble ?? null) : null;
}

function waitingIn({ record, event, now }: Looked): Fate | null {
  const { context, outbox } = record;
  if (context.tray.some((file) => file.event === event)) return { is: 'file waits' };
  const item = outbox.find(({ params }) => params['answers'] === event);
  return item === undefined ? null : { is: 'being sent', forMs: Math.max(0, now - item.since) };
}

function rememberedOf({ record, event, noted }: Looked): Fate | null {
  if (noted?.over !== undefined) {
    const { how, trouble } = noted.over;
    return how === 'answered' ? { is: 'answered', by: [] } : { is: 'over', how, trouble, by: [] };
  }
  if (noted?.as !== undefined) {
    const as = overheard[noted.as];
    if (as !== undefined) return { is: 'overheard', as };
    if (noted.as === 'words.missed') return { is: 'not passed on' };
    const { role } = record.context;
    if (noted.as !== 'text.received' || role === 'entry') return { is: 'done', as: noted.as };
    return role === 'refused' ? { is: 'overheard', as: 'no agent' } : { is: 'not kept' };
  }
  return wasSeen(record.seen, event) ? { is: 'forgotten' } : null;
}
