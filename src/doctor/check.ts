/** What a check of `doctor` is, and what it finds. */
import type { Config } from '../config/config.ts';
import type { UserId } from '../../machines/ids.ts';
import type { MatrixApi } from '../matrix/client.ts';
import type { Session } from '../matrix/login.ts';
import type { Log } from '../ports.ts';

/** `warn`: it works, and is probably not meant; `skipped`: it needs something that failed. */
export type Standing = 'ok' | 'warn' | 'fail' | 'skipped';

export interface Finding {
  is: Standing;
  /** One sentence or two: what there is, and what to do where that is not as it should be. */
  says: string;
  /** The same for programs. */
  facts?: Record<string, unknown>;
}

export interface Found extends Finding {
  check: string;
  ms: number;
}

/** What all checks look at. */
export interface World {
  config: Config;
  options: DoctorOptions;
  log: Log;
  /** Time of day, ms since 1970. */
  now: () => number;
  /** Set by the check `login`. */
  entered: Entered | null;
  /** Whether the homeserver limited one of the calls. */
  isLimited: boolean;
}

export interface Entered {
  me: UserId;
  session: Session;
  api: MatrixApi;
}

export interface DoctorOptions {
  /** Is asked of each agent; null: nothing is. */
  message: string | null;
  /** Whether each agent copies a file. */
  files: boolean;
  answerSeconds: number;
}

export interface Check {
  name: string;
  /** Checks that must not have failed; they stand before it in the table. */
  needs: readonly string[];
  /** How long it may take, ms; it may say so in a sentence of its own before. */
  withinMs(options: DoctorOptions): number;
  /** May throw: its message is what failed. */
  run(world: World, signal: AbortSignal): Promise<Finding | Finding[]>;
}

/** For the checks that were let in. */
export function enteredOf({ entered }: World): Entered {
  if (entered === null) throw new Error('Nobody is logged in.');
  return entered;
}

export const ok = (says: string, facts: Record<string, unknown> = {}): Finding => ({ is: 'ok', says, facts });
export const warn = (says: string, facts: Record<string, unknown> = {}): Finding => ({ is: 'warn', says, facts });
export const fail = (says: string, facts: Record<string, unknown> = {}): Finding => ({ is: 'fail', says, facts });
