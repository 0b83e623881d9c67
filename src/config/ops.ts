/** Where the ops server is, read without anything of Matrix. */
import type { Config } from './config.ts';
import { type Env, readVariables } from './environment.ts';
import { ConfigError } from './problem.ts';
import { Environment } from './variables.ts';

const OfOps = Environment.pick({ OPS_HOST: true, OPS_PORT: true });

/** Null: there is none. Throws `ConfigError`. */
export function loadOps(env: Env): Config['ops'] {
  const { values, problems } = readVariables(OfOps, env);
  if (values === null) throw new ConfigError(problems);
  return values.OPS_PORT === null ? null : { host: values.OPS_HOST, port: values.OPS_PORT };
}
