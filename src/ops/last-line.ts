/** Why the service ended, as the last line of its log: whoever collects the log of a container may not see the other stream. */
import { describeError } from '../basics/describe-error.ts';
import { createLog } from './log.ts';

/** On a terminal, and where nothing is to be logged, the sentence on the other stream is enough. `code`: the exit code. */
export function writeLastLine(error: unknown, code: number, env: Readonly<Record<string, string | undefined>>): void {
  const said = (name: string) => env[name]?.trim().toLowerCase() ?? '';
  const isPretty = said('LOG_FORMAT') === 'pretty' || (said('LOG_FORMAT') === '' && process.stdout.isTTY);
  if (isPretty || said('LOG_LEVEL') === 'silent') return;
  const log = createLog({ level: 'error', format: 'json' });
  log.error({ code, problem: describeError(error) }, 'service ended');
}
