/** What the room notes for whoever asks how things stand. No guard reads it. */
import type { RoomEvent } from './room.events.ts';
import type { Diary, RoomContext, Turn } from './room.model.ts';
import type { Ending } from './status.ts';
import type { Trouble } from './trouble.ts';
import { timeOf } from './vocabulary.ts';

/** What the person asks for, and has from here on a turn or a place in the line. */
const WISHES: readonly RoomEvent['type'][] = [
  ...(['text.received', 'command.retry', 'command.yes', 'command.no'] as const),
  ...(['saves.told', 'choice.made', 'dialog.accepted', 'command.branch'] as const),
];

/** A turn that begins anew has begun before. */
export function begun({ turn, diary }: RoomContext, event: RoomEvent): Diary {
  const missed = WISHES.includes(event.type) ? null : diary.missed;
  if (turn === null || diary.run?.turn === turn.id) return { ...diary, missed };
  return { ...diary, missed, run: { turn: turn.id, began: timeOf(event), asked: null, trouble: null } };
}

export function asked({ diary }: RoomContext, event: RoomEvent): Diary {
  return { ...diary, run: diary.run && { ...diary.run, asked: timeOf(event), trouble: null } };
}

export function notReached(
  { diary }: RoomContext,
  { trouble }: Extract<RoomEvent, { type: 'agent.unreachable' }>,
): Diary {
  return { ...diary, run: diary.run && { ...diary.run, trouble } };
}

/** What there is of the answer has yet to be delivered: the turn ends with that. */
export function brokenOff({ diary }: RoomContext, trouble: Trouble | null): Diary {
  return { ...diary, run: diary.run && { ...diary.run, trouble } };
}

/** Once what is left of the turn is noted. */
export function ended({ turn, diary, unanswered, last }: RoomContext, event: RoomEvent): Diary {
  if (turn === null) return diary;
  const trouble = troubleIn(turn, event) ?? (event.type === 'answer.delivered' ? (diary.run?.trouble ?? null) : null);
  const how = howItEnded(turn, { unanswered, last }, event, trouble);
  const isTold = how === 'failed' || how === 'interrupted';
  return { ...diary, run: null, ended: { turn: turn.id, how, trouble: isTold ? trouble : null, at: timeOf(event) } };
}

function howItEnded(
  { text, discarded, pieces }: Turn,
  { unanswered, last }: Pick<RoomContext, 'unanswered' | 'last'>,
  event: RoomEvent,
  trouble: Trouble | null,
): Ending {
  if (discarded) return 'dropped';
  if (text.task !== undefined && event.type === 'turn.ended' && event.outcome === 'done') return 'done';
  const left = unanswered.find((one) => one.text.eventId === text.eventId);
  if (left !== undefined && left.why !== 'missed') {
    if (left.answer !== undefined) return 'refused';
    // Only the person's own wish is called a stop.
    return left.why === 'stopped' && trouble !== null ? 'failed' : left.why;
  }
  if (event.type === 'answer.refused') return 'refused';
  if (!last.some(({ eventId }) => eventId === text.eventId)) return 'dropped';
  return event.type === 'turn.ended' && pieces === 0 ? 'empty' : 'answered';
}

function troubleIn({ stoppedFor }: Turn, event: RoomEvent): Trouble | null {
  const isTold = event.type === 'agent.unreachable' || event.type === 'turn.ended';
  return isTold ? (event.trouble ?? stoppedFor) : stoppedFor;
}

export function notTaken({ diary }: RoomContext, event: RoomEvent): Diary {
  return { ...diary, missed: { why: 'not taken', at: timeOf(event) } };
}

/** It came from a time in which nobody was there to take it. */
export function notPassedOn({ diary }: RoomContext, event: RoomEvent): Diary {
  return { ...diary, missed: { why: 'not passed on', at: timeOf(event) } };
}

/** The line is given up. */
export function lineDropped({ diary, waiting }: RoomContext, event: RoomEvent): Diary {
  if (waiting.length === 0) return diary;
  return { ...diary, missed: { why: 'taken out of the line', at: timeOf(event) } };
}
