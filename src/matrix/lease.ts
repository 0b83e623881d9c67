/**
 * The right to speak for the account: one run of one service has it, whatever state folders there are (docs/adr/0014).
 * It stands in the account's own data; who has it changes it again and again. A reader judges by its own time whether it
 * changes, so that nobody's clock is believed.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { UserId } from '../../machines/ids.ts';
import type { Chance, Log } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { Closed, MatrixFailure, unlessRefused } from './errors.ts';
import { retry, wait as realWait, type Wait } from './wait.ts';

const LEASE_TYPE = 'org.roomkeeper.lease';

/** How often the one who has it says so, ms. */
const EVERY_MS = 20_000;
/** The first time it looks whether somebody else took it at the same moment, and how soon it tries again: parts of that. */
const SOON = 0.1;
/** Who has not said so for so long sends nothing before it could: times `everyMs`. */
const SURE = 2;
/** What has not changed for so long is nobody's: more than `SURE`. */
const STALE = 3;
const CALL_MS = 10_000;
/** How long a stop waits for each of the two calls that give it back, ms. */
const RELEASE_MS = 2_000;

const Lease = z.object({
  /** The state folder, and the run of the service that works on it. */
  holder: z.string(),
  run: z.string(),
  beat: z.number(),
  everyMs: z.number().positive(),
  /** The run that asks to be let in. */
  wantedBy: z.string().nullish(),
});
type Lease = z.infer<typeof Lease>;

/** Another service speaks for the account. */
export class AccountInUse extends Error {
  override readonly name = 'AccountInUse';
}

export interface LeaseOptions {
  api: Pick<MatrixApi, 'call'>;
  me: UserId;
  /** A name of the state folder that no other has. */
  holder: string;
  /** Asks whoever has the lease to give it up. */
  takeOver: boolean;
  /** Hears why it is waited for, a sentence for the operator; null when that is over. */
  onTrouble?: (says: string | null) => void;
  /** Ends the waiting for it. */
  signal: AbortSignal;
  /** It is somebody else's now. */
  onLost(why: AccountInUse): void;
  chance: Chance;
  log: Log;
  everyMs?: number | undefined;
  wait?: Wait;
  monotonic?: () => number;
}

/** The name of the state folder whose service speaks for the account, or was the last that did; null for nobody. */
export async function holderOf(options: Pick<LeaseOptions, 'api' | 'me'>, signal: AbortSignal): Promise<string | null> {
  return (await accountData(options).read(signal))?.holder ?? null;
}

/** The right to speak, as long as nobody else has it. */
export interface Right {
  /** Resolves when nobody else can have it at this moment; rejects with a MatrixFailure, of kind `aborted` where it is lost. */
  sure(): Promise<void>;
  /** Gives it back. */
  close(): Promise<void>;
}

/**
 * Waits until nobody else has the lease, and keeps it. Rejects with `AccountInUse` where somebody has it and lives, with a
 * MatrixFailure where the homeserver says no, with `Closed` once the signal aborts.
 */
export async function acquireLease(options: LeaseOptions): Promise<Right> {
  const { everyMs = EVERY_MS, wait = realWait, monotonic = () => performance.now() } = options;
  const own = { holder: options.holder, run: randomUUID(), everyMs };
  const tools = { ...options, wait, monotonic, own, data: accountData(options) };
  const since = await retry(() => waitFor(tools), {
    ...{ on: ['limited', 'unavailable', 'suspended'], signal: options.signal, wait, chance: options.chance },
    onRetry: ({ status, code, detail }, waitMs) =>
      options.log.warn({ status, code, detail, waitMs }, 'lease of the account not reached, trying again'),
  });
  options.onTrouble?.(null);
  return keep(tools, since);
}

interface Tools extends Omit<LeaseOptions, 'wait' | 'monotonic'> {
  wait: Wait;
  monotonic: () => number;
  own: Pick<Lease, 'holder' | 'run' | 'everyMs'>;
  data: ReturnType<typeof accountData>;
}

/** Takes the lease, and gives the moment from which on it was ours. */
async function waitFor({ me, own, data, takeOver, signal, wait, monotonic, log, onTrouble }: Tools): Promise<number> {
  let seen: { run: string; beat: number; at: number } | null = null;
  for (;;) {
    const found = await data.read(signal);
    if (found === null || found.holder === own.holder) break;
    const { run, beat, everyMs } = found;
    const hasMoved = seen !== null && (seen.run !== run || seen.beat !== beat);
    if (hasMoved && !takeOver) throw inUse(me);
    if (seen === null) {
      log.warn({ takeOver, waitMs: everyMs * STALE }, 'somebody has the account, waiting for it');
      onTrouble?.(waiting(me, everyMs * STALE, takeOver));
    }
    if (seen === null || hasMoved) seen = { run, beat, at: monotonic() };
    if (monotonic() - seen.at > everyMs * STALE) break;
    if (takeOver && found.wantedBy !== own.run) await data.write({ ...found, wantedBy: own.run }, signal);
    await wait(everyMs * SOON, signal);
    if (signal.aborted) throw new Closed();
  }
  const at = monotonic();
  await data.write({ ...own, beat: 0 }, signal);
  return at;
}

function keep({ me, own, data, wait, monotonic, log, onLost }: Tools, since: number): Right {
  const closing = new AbortController();
  const { signal } = closing;
  /** When it was surely ours for the last time. */
  let surely = since;
  let beat = 0;
  let isLost = false;
  let saying: Promise<void> | null = null;

  function lose(why: AccountInUse): void {
    if (isLost || signal.aborted) return;
    isLost = true;
    onLost(why);
  }

  /** Says that it is alive, unless somebody else has said so, or asks for the account. */
  async function say(): Promise<void> {
    const at = monotonic();
    const found = await data.read(signal);
    if (found !== null && (found.run !== own.run || typeof found.wantedBy === 'string')) return lose(taken(me));
    await data.write({ ...own, beat: ++beat }, signal);
    surely = at;
  }

  function sayOnce(): Promise<void> {
    saying ??= say().finally(() => (saying = null));
    return saying;
  }

  async function goOn(): Promise<void> {
    let pauseMs = own.everyMs * SOON;
    for (;;) {
      await wait(pauseMs, signal);
      if (signal.aborted || isLost) return;
      pauseMs = own.everyMs;
      await sayOnce().catch((error: unknown) => {
        pauseMs = own.everyMs * SOON;
        log.debug({ error }, 'lease of the account not renewed, trying again');
      });
    }
  }

  const going = goOn();
  return {
    async sure() {
      if (!isLost && monotonic() - surely >= own.everyMs * SURE) await sayOnce();
      if (isLost) throw noRight();
    },
    async close() {
      closing.abort();
      await going;
      await data
        .release(own.run)
        .catch((error: unknown) => log.debug({ error }, 'lease of the account not given back'));
    },
  };
}

/** What stands in the account's data; what is no lease is none. */
function accountData({ api, me }: Pick<LeaseOptions, 'api' | 'me'>) {
  const path = `/_matrix/client/v3/user/${encodeURIComponent(me)}/account_data/${LEASE_TYPE}`;
  const read = async (signal?: AbortSignal, timeoutMs = CALL_MS): Promise<Lease | null> => {
    const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const content = await unlessRefused(api.call(z.unknown(), 'GET', path, limits), 'M_NOT_FOUND');
    return Lease.safeParse(content).data ?? null;
  };
  return {
    read,
    async write(lease: Lease, signal: AbortSignal): Promise<void> {
      await api.call(z.unknown(), 'PUT', path, { body: lease, timeoutMs: CALL_MS, signal });
    },
    async release(run: string): Promise<void> {
      if ((await read(undefined, RELEASE_MS))?.run !== run) return;
      await api.call(z.unknown(), 'PUT', path, { body: {}, timeoutMs: RELEASE_MS });
    },
  };
}

function waiting(me: UserId, forMs: number, takeOver: boolean): string {
  const end = takeOver
    ? 'It is asked to end.'
    : `If it runs, stop that one first; if it was killed, this one goes on within ${forMs / 1000} s.`;
  return `Another service speaks for ${me}, from another state folder, or was killed when it did. ${end}`;
}

function inUse(me: UserId): AccountInUse {
  return new AccountInUse(
    `Another service speaks for ${me}, from another state folder. Stop that one first, or start this one with --take-over, ` +
      'which makes that one end.',
  );
}

function taken(me: UserId): AccountInUse {
  return new AccountInUse(`Another service took ${me} over, so this one has ended: only one may speak for an account.`);
}

/** What a call fails with that is not made any more. */
export function noRight(): MatrixFailure {
  const detail = 'Another service speaks for the account';
  return new MatrixFailure({ kind: 'aborted', status: null, code: 'ABORTED', detail });
}
