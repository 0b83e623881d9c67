/** What operators are told, in one language. */
import type { Cause, OpsSaid, Report, Why } from '../ports/ops.ts';

/** In Markdown; values from outside go through `code`. */
export interface OpsWords {
  usage: (word: string | null) => string;
  elsewhere: string;
  status: (said: Extract<OpsSaid, { is: 'status' }>) => string[];
  rooms: (said: Extract<OpsSaid, { is: 'rooms' }>) => string[];
  why: (why: Why) => string;
  unparked: (said: Extract<OpsSaid, { is: 'unparked' }>) => string;
  report: (report: Report) => string;
  /** The last line of a list where so many are left out. */
  more: (count: number) => string;
}

/** The line of its agent says that one is down, and for how long. */
export function isBesidesAgents({ about }: Cause): boolean {
  return about !== 'agent';
}
