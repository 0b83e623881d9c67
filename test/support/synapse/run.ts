/** Taken by the installers only: a command whose output goes to their log. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Runs a command to its end, its output appended to `log`; rejects with a sentence when it cannot start or fails. */
export function run(command: string, args: string[], log: string): Promise<void> {
  const output = openSync(log, 'a');
  return new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', output, output] });
    child.once('error', (error) => reject(new Error(`${command} does not start: ${error.message}`)));
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0] ?? ''} ended with ${code ?? signal}`)),
    );
  }).finally(() => closeSync(output));
}
