/** Makes a call until the homeserver says yes or a final no, or until a day has shown that another homeserver never will. */
import type { RoomId } from '../../machines/ids.ts';
import type { Chance, Done, Log, Now } from '../ports.ts';
import { asGivenUp, MatrixFailure } from './errors.ts';
import { createSlots } from './slots.ts';
import type { Standing } from './standing.ts';
import { retry, type Wait } from './wait.ts';

/** The longest wait between two tries, ms: what needs another homeserver that is dead keeps failing. */
const BACKOFF_CAP_MS = 300_000;
/** The same where our own homeserver, or the way to it, did not let it through: that ends for all at once. */
const OWN_CAP_MS = 20_000;
/** How long a call is made again that others may be to blame for, ms. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export interface UntilFinalOptions {
  signal: AbortSignal;
  wait: Wait;
  chance: Chance;
  now: Now;
  log: Log;
  /** How many calls are under way at once. */
  atOnce: number;
  /** A limited call keeps its place while it waits, so that the others do not run into the same limit. */
  limitIsShared: boolean;
  /** Hears of a suspension; what is done shows that there is none where `showsStanding`. */
  standing: Standing | null;
  showsStanding: boolean;
}

/** What the homeserver said in the end; `code`: its errcode, or `GIVEN_UP`. */
export type Final<T> = { ok: true; value: T } | { ok: false; code: string; detail: string };

export interface Wanted {
  /** For the log. */
  name: string;
  room: RoomId | null;
  /** For whom it is done: nobody's calls take the places of all. */
  party: string;
  /** When it was first wanted, ms, where a record says that; else now. */
  since?: number | undefined;
}

/** Rejects with `Closed` only. */
export type UntilFinal = <T>(wanted: Wanted, call: () => Promise<T>) => Promise<Final<T>>;

export function createUntilFinal(options: UntilFinalOptions): UntilFinal {
  const { signal, wait, chance, now, log, limitIsShared } = options;
  const { inPlace } = createSlots(options.atOnce);

  return async ({ name, room, party, since = now() }, call) => {
    let again = false;
    let tries = 1;
    const about = () => ({ call: name, room, party, tries, ms: now() - since });
    const common = {
      ...{ signal, wait, chance, capMs: capOf },
      onRetry(failure: MatrixFailure, waitMs: number) {
        const { kind, status, code, detail } = failure;
        if (kind === 'suspended') options.standing?.fell(kind, failure);
        log.warn({ ...about(), status, code, detail, waitMs }, 'room not changed, trying again');
        tries += 1;
      },
    };
    const held = limitIsShared ? () => retry(call, { ...common, on: ['limited'] }) : call;
    const tried = async () => {
      try {
        return await inPlace({ party, again }, held);
      } catch (error) {
        again = true;
        throw mayBeOfAnother(error) && now() - since >= GIVE_UP_AFTER_MS ? asGivenUp(error) : error;
      }
    };
    try {
      const value = await retry(tried, { ...common, on: ['limited', 'unavailable', 'suspended', 'unauthorised'] });
      if (options.showsStanding) options.standing?.rose();
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof MatrixFailure)) throw error;
      log.warn({ ...about(), code: error.code, detail: error.detail }, 'room change refused');
      return { ok: false, code: error.code, detail: error.detail };
    }
  };
}

export function toDone(final: Final<unknown>): Done {
  return final.ok ? { ok: true } : final;
}

/** An error with an errcode may be what another homeserver made of it. */
function capOf({ kind, code }: MatrixFailure): number {
  return kind === 'unavailable' && /^M_/.test(code) ? BACKOFF_CAP_MS : OWN_CAP_MS;
}

/** Our homeserver is there, and what it was asked for did not come: in time, or from where it asked. */
function mayBeOfAnother(error: unknown): error is MatrixFailure {
  if (!(error instanceof MatrixFailure) || error.kind !== 'unavailable') return false;
  return /^M_/.test(error.code) || error.code === 'ESOCKETTIMEDOUT' || error.status === 504;
}
