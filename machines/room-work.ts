/** What is told of the work that an agent does besides, or before, its answer. */
import type { RoomEvent } from './room.events.ts';
import type { RoomEffectParams } from './room.effects.ts';
import type { RoomContext, Turn } from './room.model.ts';
import { turnOf } from './room-words.ts';

/** Quiet, and no reply: it goes when the turn is over. */
export function workNotice(
  context: RoomContext,
  { on, step, steps }: Extract<RoomEvent, { type: 'agent.worked' }>,
): RoomEffectParams['say'] {
  const { id, text } = turnOf(context);
  return {
    notice: { key: 'working', on, step, steps },
    answers: text.eventId,
    turn: id,
    ...(text.thread !== undefined && { relation: { thread: text.thread } }),
  };
}

/** Where it is told. Throws where it is not. */
export function toldWork(context: RoomContext): RoomEffectParams['go on showing the work'] {
  const { id, text, work } = turnOf(context);
  if (work === undefined || work === null) throw new Error('no notice tells of the work');
  return { turn: id, notice: work, answers: text.eventId };
}

/** Its notice is taken back. */
export function withoutWork({ work: _, ...turn }: Turn): Turn {
  return turn;
}

/** An answer of its own words is what the person waits for: a task has none, and nobody waits for a discarded turn. */
export function isTold({ text, discarded }: Turn): boolean {
  return text.task === undefined && !discarded;
}
