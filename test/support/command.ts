/** Take it for what a command prints, its exit code and its signals: the command line in a process of its own. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const main = path.join(import.meta.dirname, '../../src/main.ts');

export interface Finished {
  /** Null where a signal ended it. */
  code: number | null;
  out: string;
  err: string;
}

/** Starts a command, whose output nobody reads yet; `env` is its whole environment, but for where Node keeps what it compiled. */
export function spawnCommand(
  args: string[],
  env: Record<string, string>,
): ChildProcessByStdio<null, Readable, Readable> {
  const { NODE_COMPILE_CACHE: compiled } = process.env;
  return spawn(process.execPath, [main, ...args], {
    ...{ env: compiled === undefined ? env : { NODE_COMPILE_CACHE: compiled, ...env } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts a command; `env` as above. */
export function startCommand(
  args: string[],
  env: Record<string, string>,
): ChildProcess & { finished: Promise<Finished> } {
  const child = spawnCommand(args, env);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const finished = Promise.all([text(child.stdout), text(child.stderr), exit]).then(([out, err, [code]]) => ({
    code,
    out,
    err,
  }));
  return Object.assign(child, { finished });
}
