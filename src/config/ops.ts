/** Where the ops server is, read without anything of Matrix, and who may ask it what. */
import type { Config } from './config.ts';
import { type Env, readVariables } from './environment.ts';
import { ConfigError, type Problem, show } from './problem.ts';
import { Environment } from './variables.ts';

const OfOps = Environment.pick({ OPS_HOST: true, OPS_PORT: true });

/** Null: there is none. Throws `ConfigError`. */
export function loadOps(env: Env): { host: string; port: number } | null {
  const { values, problems } = readVariables(OfOps, env);
  if (values === null) throw new ConfigError(problems);
  return values.OPS_PORT === null ? null : { host: values.OPS_HOST, port: values.OPS_PORT };
}

export function opsOf({ OPS_HOST: host, OPS_PORT: port, OPS_TOKEN: token }: Environment): Config['ops'] {
  return port === null ? null : { host, port, token: token ?? null };
}

/** What is listened to by others than this machine asks for a token. */
export function checkOps({ OPS_HOST: host, OPS_PORT: port, OPS_TOKEN: token }: Environment): Problem[] {
  if (port === null || token !== undefined || isLoopback(host)) return [];
  return [
    {
      where: 'OPS_HOST',
      value: show(host),
      problem: 'lets other machines ask the ops server, which has no token',
      hint: 'set OPS_TOKEN (or OPS_TOKEN_FILE), at least 16 letters and digits that nobody guesses; or OPS_HOST=127.0.0.1; or OPS_PORT=off',
    },
  ];
}

/** An address that only programs on the same machine reach. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}
