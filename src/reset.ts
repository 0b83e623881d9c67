/** Composition root of `roomkeeper reset`: forgets the local state, and what the bot is in. For development. */
import { describeError } from './basics/describe-error.ts';
import type { Config } from './config/config.ts';
import { createClient } from './matrix/client.ts';
import { createDeparture, type Departure } from './matrix/departure.ts';
import { Closed, MatrixFailure } from './matrix/errors.ts';
import { login } from './matrix/login.ts';
import { wait } from './matrix/wait.ts';
import { createLog } from './ops/log.ts';
import type { Log } from './ports.ts';
import { describeReset, isComplete, type ResetMode, type ResetOutcome, type RoomOutcome } from './reset/report.ts';
import { deleteState, readState } from './store/contents.ts';
import { lockFolder } from './store/lock.ts';
import { catalogue } from './text/catalogue.ts';

export interface ResetOptions {
  mode: ResetMode;
  /** Only say what would be done. */
  dryRun: boolean;
}

interface ResetWorld extends ResetOptions {
  log: Log;
  /** Ends the leaving of rooms; what was left until then is reported. */
  signal: AbortSignal;
}

/** How often a homeserver that does not let the bot in yet is asked again. */
const LOGIN_WAITS = 5;

/**
 * Runs the command, with its log on standard error; SIGINT and SIGTERM end the leaving of rooms. Throws `FolderInUse`,
 * `StoreFailure`, or why the homeserver was of no use; nothing was changed then.
 */
export async function runReset(config: Config, options: ResetOptions): Promise<{ report: string; complete: boolean }> {
  const log = createLog({ ...config.log, destination: { write: (line) => void process.stderr.write(line) } });
  for (const warning of config.warnings) log.warn({ warning }, 'configuration');
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const outcome = await reset(config, { ...options, log, signal: interrupted.signal });
  return { report: describeReset(outcome), complete: isComplete(outcome) };
}

/** Does it and gives what there is to report. */
async function reset(config: Config, world: ResetWorld): Promise<ResetOutcome> {
  const { mode, dryRun, log } = world;
  const { dir } = config.state;
  log.warn({ mode, dryRun, user: config.matrix.userId }, 'reset is a tool for development');
  const isThere = readState(dir) !== null;
  // Locking would make the folder; where there is none, no service runs on it.
  const lock = isThere ? lockFolder(dir) : null;
  try {
    const contents = readState(dir);
    const outcome: ResetOutcome = {
      ...{ mode, dryRun, user: config.matrix.userId, homeserver: config.matrix.homeserver, folder: dir },
      ...{ contents, localProblem: null, rooms: null, sessionStays: false },
    };
    if (mode === 'server-leave-forget') Object.assign(outcome, await resetAccount(config, world));
    if (dryRun || contents === null) return outcome;
    if (!isComplete(outcome)) return { ...outcome, localProblem: 'kept, because not every room was left' };
    try {
      return { ...outcome, contents: deleteState(dir) };
    } catch (error) {
      return { ...outcome, localProblem: `NOT wholly deleted (${describeError(error)})` };
    }
  } finally {
    lock?.release();
  }
}

async function resetAccount(config: Config, world: ResetWorld): Promise<Pick<ResetOutcome, 'rooms' | 'sessionStays'>> {
  const departure = await enter(config, world);
  try {
    const found = await departure.rooms().catch(refuseToList);
    const rooms = await Promise.all(
      found.map(async (room) => ({
        ...room,
        problem: world.dryRun ? null : await problemOfLeaving(departure, room, world),
      })),
    );
    return { rooms, sessionStays: !(await logOut()) };
  } catch (error) {
    await logOut();
    throw error;
  }

  /** True where no session of this reset stays. */
  async function logOut(): Promise<boolean> {
    return config.matrix.accessToken !== null || (await departure.logout());
  }
}

/** A password makes a session of its own: ending the one of the service would end its memory of what was sent. */
async function enter(config: Config, { log, signal }: ResetWorld): Promise<Departure> {
  const { homeserver, userId, accessToken, password } = config.matrix;
  const giveUp = new AbortController();
  let waits = 0;
  try {
    const session = await login({
      ...{ homeserver, userId, log, chance: Math.random },
      credentials: accessToken !== null ? { accessToken } : { password: password ?? '' },
      deviceId: null,
      rememberedDeviceId: null,
      signal: AbortSignal.any([signal, giveUp.signal]),
      async wait(ms, until) {
        waits += 1;
        if (waits > LOGIN_WAITS) giveUp.abort();
        else await wait(ms, until);
      },
    });
    const api = createClient({ homeserver, accessToken: session.accessToken, me: userId, log });
    const reason = catalogue[config.policy.language].farewells['the bot is reset'];
    return createDeparture({ api, signal, reason, chance: Math.random, log });
  } catch (error) {
    if (!(error instanceof Closed)) throw error;
    throw signal.aborted
      ? interruption()
      : new Error(
          `The homeserver ${homeserver} does not let the bot in; nothing was changed. Check MATRIX_HOMESERVER.`,
        );
  }
}

async function problemOfLeaving(
  departure: Departure,
  { room, membership }: Omit<RoomOutcome, 'problem'>,
  { log }: ResetWorld,
): Promise<string | null> {
  try {
    const done = await departure.leave(room);
    if (!done.ok) return `${done.code}: ${done.detail}`;
    log.info({ room, membership }, 'room left and forgotten');
    return null;
  } catch (error) {
    if (error instanceof Closed) return 'interrupted';
    throw error;
  }
}

function refuseToList(error: unknown): never {
  if (error instanceof Closed) throw interruption();
  if (!(error instanceof MatrixFailure)) throw error;
  const reason = `(${error.code}: ${error.detail})`;
  throw new Error(`The homeserver does not list the rooms of the bot ${reason}; nothing was changed.`);
}

function interruption(): Error {
  return new Error('Interrupted; nothing was changed.');
}
