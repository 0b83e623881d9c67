/** Take it to check agents that run, each with a folder as the service sees it. */
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { checkAgents, type CheckOptions, type Report } from '../../src/check-agents/check.ts';
import { loadAgents } from '../../src/config/agents.ts';
import { temporaryFolder } from '../store/support.ts';
import { startScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.ts';

/** What is asked of agents where a test says nothing; the patience is that of a machine under load. */
const options: CheckOptions = {
  ...{ statusSeconds: 10, answerSeconds: 10, message: null, files: false, signal: new AbortController().signal },
};

export async function scripted(...given: Parameters<typeof startScriptedAgent>): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent(...given);
  onTestFinished(() => agent.close());
  return agent;
}

/** An empty folder. */
export async function workspace(): Promise<string> {
  const folder = path.join(await temporaryFolder(), '17');
  mkdirSync(folder);
  return folder;
}

export interface Agent {
  url: string;
  folder?: string;
}

/** Agents called a, b, …, each with its person unless a policy says otherwise. */
export function check(agents: Agent[], more: Partial<CheckOptions> = {}, policy: object = {}): Promise<Report[]> {
  const ids = agents.map((_, index) => 'abcdefgh'[index] ?? '');
  const registry = {
    agents: agents.map(({ url, folder }, index) => ({
      ...{ id: ids[index], base_url: url },
      ...(folder === undefined ? {} : { workspace_path: folder }),
    })),
    user_agents: Object.fromEntries(ids.map((id) => [`@${id}:test`, id])),
    policy: { access: { unmapped: 'deny' }, ...policy },
  };
  const config = loadAgents({ env: {}, readFile: () => JSON.stringify(registry) }, 'agents.yaml');
  return checkAgents(config, { ...options, ...more });
}

/** The results in short: `STATUS ok`. */
export const inShort = ({ checks }: Report) => checks.map(({ name, result }) => `${name} ${result}`);
export const problems = ({ checks }: Report) => checks.flatMap((one) => one.problems);

/** All files in a folder. */
export function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
