/** The configuration as `check-config` shows it. */
import type { Config } from './config.ts';
import { describePolicy } from './describe-policy.ts';
import { hideCredentials } from './problem.ts';

/** A summary for people, without secrets: not the token, not the password, no credentials in URLs. */
export function describeConfig(config: Config): string {
  const { matrix, state, log, ops, pushes } = config;
  const secret = matrix.accessToken === null ? 'password' : 'access token';
  const rows: [string, string][] = [
    ['homeserver', matrix.homeserver],
    ['user', `${matrix.userId}, with ${secret}${matrix.deviceId === null ? '' : `, device ${matrix.deviceId}`}`],
    ['backend', config.backend === 'real' ? 'real' : 'mock: a reference agent in this process answers for every agent'],
    ...config.agents.map((agent): [string, string] => [
      'agent',
      `${named(agent)} ${placeOf(agent)}, files in ${agent.workspace}, ${turns(agent.concurrency)}`,
    ]),
    ...describePolicy(config),
    ...authoritiesOf(config),
    ['state', `${state.dir}, fsync ${state.fsync ? 'on' : 'off'}`],
    ['log', `${log.level}, ${log.format}`],
    ['ops', opsIn(ops)],
    ['pushes', pushes === null ? 'off' : `${listens(pushes)}, for ${pushing(config)}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, what]) => `${name.padEnd(width)}  ${what}`).join('\n');
}

function listens({ host, port }: { host: string; port: number }): string {
  return `${host} ${port === 0 ? 'at any free port' : `port ${port}`}`;
}

/** The agents that have a token. */
function pushing({ agents }: Config): string {
  const names = agents.filter(({ pushTokenFile }) => pushTokenFile !== undefined).map(({ id }) => id);
  return names.length === 0 ? 'no agent' : names.join(', ');
}

function authoritiesOf({ authorities: { length } }: Config): [string, string][] {
  const words = length === 1 ? 'one authority is' : `${length} authorities are`;
  return length === 0 ? [] : [['trust', `${words} trusted besides the usual ones`]];
}

function opsIn(ops: Config['ops']): string {
  if (ops === null) return 'off';
  const asked = ops.token === null ? 'for programs on this machine' : 'with a token';
  return `${listens(ops)}, ${asked}`;
}

function named({ id, label }: { id: string; label: string }): string {
  return id === label ? id : `${id} (${label})`;
}

/** Where it is; of a model also which, and what it is given. */
function placeOf({ baseUrl, provider }: Config['agents'][number]): string {
  const address = hideCredentials(baseUrl);
  if (provider === undefined) return `at ${address}`;
  const { model, apiKeyFile, contextTokens, images } = provider;
  const key = apiKeyFile === null ? 'without a key' : `with the key in ${apiKeyFile}`;
  return `in this process: the model ${model} at ${address}, ${key}, about ${contextTokens} tokens, ${images ? 'with' : 'no'} pictures`;
}

function turns(count: number): string {
  return count === 1 ? 'one turn at once' : `${count} turns at once`;
}
