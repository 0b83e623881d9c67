/** How long a message is tried that fails while others pass: it must not stand at the head of its room for ever. */
import { classOf } from './failure-classes.ts';
import type { MatrixFailure } from './errors.ts';

/** Tries of what the way to the homeserver (or we ourselves) will refuse again: an answer in the 400s without an errcode. */
export const TRIES_OF_THE_HOPELESS = 8;
/** Tries of what may still change for this room alone: a part of the homeserver may be away. */
export const TRIES_OF_A_ROOM = 20;

/** The tries of one message. */
export interface Tries {
  failures: number;
  /** Failures between which another message passed. */
  lonely: number;
  /** How many messages had passed at the last failure. */
  passed: number;
}

export function newTries(passed: number): Tries {
  return { failures: 0, lonely: 0, passed };
}

/** Counts a failure; `passed`: how many messages of the account have passed by now. */
export function failedOnce(tries: Tries, passed: number): void {
  tries.failures += 1;
  if (passed > tries.passed) tries.lonely += 1;
  tries.passed = passed;
}

/** Something harmless passed: one more failure is the message's own. The way may have become free just now. */
export function wayWasFree(tries: Tries): void {
  tries.lonely = TRIES_OF_THE_HOPELESS;
}

/** `ask`: nothing else was sent meanwhile, so that something harmless has to show whether the way is free. */
export function verdictOn({ failures, lonely }: Tries, failure: MatrixFailure): 'go on' | 'give up' | 'ask' {
  if (!isHopeless(failure)) return failures >= TRIES_OF_A_ROOM && lonely >= TRIES_OF_A_ROOM / 2 ? 'give up' : 'go on';
  if (failures < TRIES_OF_THE_HOPELESS) return 'go on';
  return lonely >= TRIES_OF_THE_HOPELESS / 2 ? 'give up' : 'ask';
}

function isHopeless(failure: MatrixFailure): boolean {
  const { kind, status, code } = failure;
  if (kind !== 'unavailable') return false;
  if (classOf(failure) === 'ours') return true;
  return status !== null && status < 500 && !code.startsWith('M_') && status !== 408 && status !== 425;
}
