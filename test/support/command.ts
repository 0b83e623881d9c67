/** Take it for what a command prints, its exit code and its signals: the command line in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const main = path.join(import.meta.dirname, '../../src/main.ts');

export interface Finished {
  /** Null where a signal ended it. */
  code: number | null;
  out: string;
  err: string;
}

/** Starts a command; `env` is its whole environment. */
export function startCommand(
  args: string[],
  env: Record<string, string>,
): ChildProcess & { finished: Promise<Finished> } {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const finished = Promise.all([text(child.stdout), text(child.stderr), exit]).then(([out, err, [code]]) => ({
    code,
    out,
    err,
  }));
  return Object.assign(child, { finished });
}
