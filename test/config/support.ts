import { expect } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError, type Problem } from '../../src/config/problem.ts';

/** The variables without which nothing works. */
export const least = {
  MATRIX_HOMESERVER: 'https://matrix.example.org',
  MATRIX_USER_ID: '@bot:example.org',
  MATRIX_ACCESS_TOKEN: 'S3CRET',
  MATRIX_AGENT_REGISTRY_PATH: 'config/agents.yaml',
};

const oneAgent = 'agents: [{ id: a }]';

/** Files by path; what is not there does not exist. */
export function files(contents: Record<string, string>) {
  return (path: string) => {
    const content = contents[path];
    if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return content;
  };
}

/** The configuration of the least variables and these, and of this registry. */
export function load(env: Record<string, string | undefined> = {}, registry = oneAgent): Config {
  return loadConfig({ env: { ...least, ...env }, readFile: files({ 'config/agents.yaml': registry }) });
}

/** All problems of a configuration that must not load. */
export function problemsWith(act: () => unknown): readonly Problem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return expect.fail('it loaded');
}

/** The problems as `where: what is wrong`. */
export function wrong(act: () => unknown): string[] {
  return problemsWith(act).map(
    ({ where, value, problem }) => `${where}: ${value === null ? '' : `${value} `}${problem}`,
  );
}
