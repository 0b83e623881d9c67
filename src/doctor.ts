/** The command `doctor`: everything that the service needs is looked at, side by side, and whatever is wrong is a sentence. */
import { readFileSync } from 'node:fs';
import { trustAlso } from './basics/trust.ts';
import type { Config } from './config/config.ts';
import type { Env } from './config/environment.ts';
import { loadConfig } from './config/load.ts';
import { ConfigError } from './config/problem.ts';
import { leave } from './doctor/account.ts';
import type { DoctorOptions, World } from './doctor/check.ts';
import { checks } from './doctor/checks.ts';
import { asJson, asText, createProgress, problemsAsJson } from './doctor/report.ts';
import { runChecks } from './doctor/run.ts';
import { silentLog } from './ports/silent-log.ts';

export interface RunOptions extends DoctorOptions {
  /** The registry file; null for the one that the environment names. */
  config: string | null;
  json: boolean;
}

export interface DoctorWorld {
  env: Env;
  /** Where progress is shown. */
  terminal: { isTTY?: boolean; write(text: string): unknown };
  /** Ends what is waited for. */
  signal: AbortSignal;
  /** Time of day, ms since 1970. */
  now?: () => number;
}

/**
 * Disturbs no service: takes no lock, reads no sync, and ends the session that it made. Throws `ConfigError`, but for
 * `json`, which has the problems. `code`: of the process, as docs/operating.md lists them.
 */
export async function runDoctor(
  { config: file, json, ...options }: RunOptions,
  { env, terminal, signal, now = Date.now }: DoctorWorld,
): Promise<{ text: string; code: number }> {
  let config: Config;
  try {
    const variables = file === null ? env : { ...env, MATRIX_AGENT_REGISTRY_PATH: file };
    config = loadConfig({ env: variables, readFile: (path) => readFileSync(path, 'utf8') });
  } catch (error) {
    if (!json || !(error instanceof ConfigError)) throw error;
    return { text: problemsAsJson(error.problems), code: 2 };
  }
  trustAlso(config.authorities);
  const world: World = { config, options, log: silentLog, now, entered: null, isLimited: false };
  world.log = {
    ...silentLog,
    debug: (fields) => void (world.isLimited ||= 'kind' in fields && fields.kind === 'limited'),
  };
  const onDone = createProgress(
    checks.map(({ name }) => name),
    terminal,
  );
  const found = await runChecks(checks, world, { signal, onDone });
  await leave(world);
  return { text: json ? asJson(found) : asText(found), code: found.some(({ is }) => is === 'fail') ? 1 : 0 };
}
