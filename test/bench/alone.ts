/** Parts that need a process of their own: a clean heap, an event loop that nobody shares, another set of flags. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Every role that `main.ts` can be started in; each module runs its part when it is imported. */
export const roles = {
  bot: () => import('./bot.ts'),
  admissions: () => import('./admissions.ts'),
  memory: () => import('./memory.ts'),
  spawn: () => import('./spawn.ts'),
  restore: () => import('./restore.ts'),
  files: () => import('./files.ts'),
  heart: () => import('./heart.ts'),
};

export type Role = keyof typeof roles;

/** Where CPU profiles go; null for none. */
let profiles: string | null = null;

export function profileInto(folder: string | null): void {
  profiles = folder;
}

/** Starts a role; its standard output is thrown away as it is by a service's supervisor. */
export function start(role: Role, flags: readonly string[] = []): ChildProcess {
  const profiling =
    profiles === null
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${role}-${Date.now()}.cpuprofile`];
  return fork(path.join(import.meta.dirname, 'main.ts'), [role], {
    execPath: process.execPath,
    execArgv: [...flags, ...profiling],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Runs a role on a job and gives its result; rejects when it ends without one. */
export async function run<Result>(role: Role, job: object, flags: readonly string[] = []): Promise<Result> {
  const child = start(role, flags);
  const exited = once(child, 'exit');
  const result = new Promise<Result>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Result));
    exited.then(
      ([code, signal]) => reject(new Error(`the part '${role}' ended with ${String(signal ?? code)}`)),
      reject,
    );
  });
  child.send(job);
  try {
    return await result;
  } finally {
    await exited;
  }
}

/** In the process of a role: does the job that comes and gives its result back. */
export async function work<Job, Result>(doJob: (job: Job) => Promise<Result>): Promise<void> {
  const [job] = (await once(process, 'message')) as [Job];
  const result = await doJob(job);
  process.send?.(result, () => process.disconnect());
}
