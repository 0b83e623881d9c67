/** This machine: the state folder, and the port for operators. */
import { constants, accessSync, existsSync, statfsSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { RECORD_VERSION } from '../durable/record.ts';
import { askReadiness } from '../ops/ready.ts';
import { whyNotListening } from '../basics/small-server.ts';
import { calledOps } from '../ops/server.ts';
import { codeOf, StoreFailure } from '../store/errors.ts';
import { lookAtState } from '../store/look.ts';
import { fail, ok, warn, type Finding, type World } from './check.ts';

/** Less room than this is gone in a day of a busy service. */
const FEW_BYTES = 200 * 1024 * 1024;

/** Throws what a start would: `UnusableState`, `NewerState`, `StoreFailure`. */
export async function checkState({ config }: World): Promise<Finding> {
  const { dir } = config.state;
  const { pid, rooms, people, host } = lookAtState(dir, RECORD_VERSION);
  const { userId = null } = host;
  if (userId !== null && userId !== config.matrix.userId) {
    return fail(
      `The state folder ${dir} belongs to ${userId}, but MATRIX_USER_ID is ${config.matrix.userId}. Give each account a state folder of its own (STATE_DIR).`,
    );
  }
  const place = nearest(path.resolve(dir));
  tryToWrite(place, place === path.resolve(dir));
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const facts = { dir, isThere: existsSync(dir), pid, rooms, people, freeBytes: free };
  const who = pid === null ? 'no service works on it' : `a service works on it (pid ${pid})`;
  const what = `${dir}: ${who}, ${rooms} rooms and ${people} people in it, ${megabytes(free)} free.`;
  if (free >= FEW_BYTES) return ok(what, facts);
  return warn(`${what} Make room: a full disk stops the service from taking anything.`, facts);
}

function megabytes(bytes: number): string {
  return bytes > 10e9 ? `${Math.floor(bytes / 1e9)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}

/** The folder, or what there is of its path. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(path.dirname(folder));
}

/** A folder that is not ours is only asked. */
function tryToWrite(folder: string, isOurs: boolean): void {
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'EEXIST' });
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (!isOurs) return;
    const file = path.join(folder, `.doctor-${process.pid}`);
    writeFileSync(file, '', { mode: 0o600 });
    unlinkSync(file);
  } catch (error) {
    throw new StoreFailure(codeOf(error) === 'EEXIST' ? 'open the folder' : 'write into', folder, error);
  }
}

const CONNECT_MS = 1_000;

/** The port is the service's, or free. */
export async function checkOps({ config }: World): Promise<Finding> {
  const { ops, state } = config;
  if (ops === null) return ok('There is no ops server (OPS_PORT=off): nobody can ask whether people are served.');
  if (ops.port === 0) return ok('The ops server takes any free port: only the log says which.');
  const place = `${ops.host} port ${ops.port}`;
  if (await answers(ops)) {
    const { text, ready, isService } = await askReadiness(ops);
    if (ready) return ok(`The service that runs at ${place} serves people.`);
    if (isService)
      return warn(`The service that runs at ${place} does not serve people: ${text.replaceAll('\n', ' ')}`);
    return fail(`Another program listens on ${place}. Set OPS_PORT to a free port, or to off.`);
  }
  const { pid } = lookAtState(state.dir, RECORD_VERSION);
  if (pid !== null)
    return warn(`The service runs (pid ${pid}), but does not answer on ${place}: has it this OPS_PORT and OPS_HOST?`);
  const why = await whyNotListening(ops, calledOps);
  return why === null ? ok(`${place} is free for the ops server.`) : fail(why);
}

function answers({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const own = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
    const socket = connect({ host: own, port, timeout: CONNECT_MS });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('timeout', () => end(false));
  });
}
