/** Makes a call until the homeserver says yes or a final no. */
import pLimit from 'p-limit';
import type { RoomId } from '../../machines/ids.ts';
import type { Chance, Log } from '../ports.ts';
import { MatrixFailure } from './errors.ts';
import type { Standing } from './standing.ts';
import { retry, type Wait } from './wait.ts';

/** The longest wait between two tries, ms: what needs another homeserver that is dead keeps failing. */
const BACKOFF_CAP_MS = 300_000;
/** The same where our own homeserver, or the way to it, did not let it through: that ends for all at once. */
const OWN_CAP_MS = 20_000;

export interface UntilFinalOptions {
  signal: AbortSignal;
  wait: Wait;
  chance: Chance;
  log: Log;
  /** How many calls are under way at once. */
  atOnce: number;
  /** A limited call keeps its place while it waits, so that the others do not run into the same limit. */
  limitIsShared: boolean;
  /** Hears of a suspension; what is done shows that there is none where `showsStanding`. */
  standing: Standing | null;
  showsStanding: boolean;
}

/** What the homeserver said in the end; `code`: its errcode. */
export type Final<T> = { ok: true; value: T } | { ok: false; code: string; detail: string };

/** `name` and `room` are for the log. Rejects with `Closed` only. */
export type UntilFinal = <T>(name: string, room: RoomId | null, call: () => Promise<T>) => Promise<Final<T>>;

export function createUntilFinal(options: UntilFinalOptions): UntilFinal {
  const { signal, wait, chance, log, limitIsShared } = options;
  const inPlace = pLimit(options.atOnce);

  return async (name, room, call) => {
    const common = {
      signal,
      wait,
      chance,
      capMs: capOf,
      onRetry(failure: MatrixFailure, waitMs: number) {
        const { kind, status, code, detail } = failure;
        if (kind === 'suspended') options.standing?.fell(kind, failure);
        log.warn({ call: name, room, status, code, detail, waitMs }, 'room not changed, trying again');
      },
    };
    const held = limitIsShared ? () => retry(call, { ...common, on: ['limited'] }) : call;
    try {
      const value = await retry(() => inPlace(held), {
        ...common,
        on: ['limited', 'unavailable', 'suspended', 'unauthorised'],
      });
      if (options.showsStanding) options.standing?.rose();
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof MatrixFailure)) throw error;
      log.warn({ call: name, room, code: error.code, detail: error.detail }, 'room change refused');
      return { ok: false, code: error.code, detail: error.detail };
    }
  };
}

/** An error with an errcode may be what another homeserver made of it. */
function capOf({ kind, code }: MatrixFailure): number {
  return kind === 'unavailable' && /^M_/.test(code) ? BACKOFF_CAP_MS : OWN_CAP_MS;
}
