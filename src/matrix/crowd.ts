/** Bounds the replies that wait for one room: whoever sends hundreds of commands gets an answer, not hundreds. */
import type { Outgoing, Priority } from '../ports.ts';

/** From so many waiting replies on, the same words are said once. */
export const REPLIES_BEFORE_TWINS = 10;
/** Beyond so many waiting replies no more are taken. */
export const MOST_REPLIES = 100;
/** The same words, too, are waited for by no more than so many. */
export const MOST_TWINS = 1_000;

export interface Waiting {
  priority: Priority;
  message: Outgoing | null;
  /** Who waits for it. */
  waiting: readonly unknown[];
}

/** What becomes of one more message behind those that wait in its room: it waits, shares the fate of another, or is refused. */
export function placeFor<T extends Waiting>(
  message: Outgoing,
  priority: Priority,
  waiting: readonly T[],
): { join: T } | 'waits' | 'refused' {
  if (!isReply(message, priority)) return 'waits';
  const replies = waiting.filter((other) => other.message !== null && isReply(other.message, other.priority));
  if (replies.length < REPLIES_BEFORE_TWINS) return 'waits';
  const twin = replies.find((other) => other.message !== null && saysTheSame(other.message, message));
  if (twin !== undefined) return twin.waiting.length < MOST_TWINS ? { join: twin } : 'refused';
  return replies.length < MOST_REPLIES ? 'waits' : 'refused';
}

function isReply({ replaces }: Outgoing, priority: Priority): boolean {
  return replaces === null && (priority === 'command' || priority === 'notice');
}

function saysTheSame(a: Outgoing, b: Outgoing): boolean {
  const isSameFile = a.file?.url === b.file?.url;
  return (
    a.msgtype === b.msgtype && a.content.body === b.content.body && a.content.html === b.content.html && isSameFile
  );
}
