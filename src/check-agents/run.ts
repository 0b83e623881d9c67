/** The command `check-agents`: reads the registry, asks, prints, and says whether all is well. */
import { readFileSync } from 'node:fs';
import { trustAlso } from '../basics/trust.ts';
import { loadAgents } from '../config/agents.ts';
import { checkAgents, type CheckOptions } from './check.ts';
import { asJson, asTable } from './report.ts';

export interface RunOptions extends Omit<CheckOptions, 'signal'> {
  /** The registry file; null for the one that the environment names. */
  config: string | null;
  json: boolean;
}

/** A signal ends what is waited for; files that were put into workspaces are removed first. Throws `ConfigError`. */
export async function runCheck({ config, json, ...options }: RunOptions): Promise<{ text: string; ok: boolean }> {
  const read = (path: string) => readFileSync(path, 'utf8');
  const agents = loadAgents({ env: process.env, readFile: read }, config);
  trustAlso(agents.authorities);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const reports = await checkAgents(agents, { ...options, signal: stopping.signal });
  return { text: json ? asJson(reports) : asTable(reports), ok: reports.every(({ ok }) => ok) };
}
