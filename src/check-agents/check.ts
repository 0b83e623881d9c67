/** Checks every agent of the registry as the service would meet it (CLI-01, CLI-02, CLI-03). */
import pMap from 'p-map';
import type { AgentId } from '../../machines/ids.ts';
import { openLinks } from '../agents/link.ts';
import { agentUrl, withoutSecrets } from '../agents/url.ts';
import { after } from '../basics/after.ts';
import { certificateAt, whyUntrusted, type SeenCertificate } from '../basics/certificate.ts';
import type { AgentsConfig } from '../config/agents.ts';
import type { AgentConfig } from '../config/config.ts';
import { hideCredentials } from '../config/problem.ts';
import { silentLog } from '../ports/silent-log.ts';
import { createIncomingFiles } from '../workspace/incoming.ts';
import { createOutgoingFiles } from '../workspace/outgoing.ts';
import { createPatience } from '../workspace/patience.ts';
import { probeWorkspaces, type WorkspaceProblem } from '../workspace/probe.ts';
import { workspacesOf } from '../workspace/several.ts';
import { converse, message, type Heard, type World } from './converse.ts';
import { exchangeFile, type Exchange, type Folders } from './exchange.ts';
import { checkModel, isHosted, withHosted, type Hosted } from './model.ts';
import { isOfCertificate, whyNot } from './words.ts';

export interface CheckOptions {
  /** How long STATUS, and how long a whole answer may take. */
  statusSeconds: number;
  answerSeconds: number;
  /** Is asked of each agent. */
  message: string | null;
  files: boolean;
  /** Ends all that is still waited for. */
  signal: AbortSignal;
}

export interface Check {
  name: 'STATUS' | 'model' | 'message' | 'workspace' | 'files';
  ok: boolean;
  /** How it went, in short. */
  result: string;
  ms: number | null;
  /** What is wrong, one sentence each. */
  problems: string[];
}

export interface Report {
  agent: AgentId;
  /** Without secrets. */
  address: string;
  workspace: string;
  ok: boolean;
  checks: Check[];
}

/** Agents that are asked at the same time. */
const AGENTS_AT_ONCE = 8;

/** In the order of the registry; never rejects. Each agent gets one connection for each check, under ids of its own. */
export async function checkAgents(config: AgentsConfig, options: CheckOptions): Promise<Report[]> {
  const { agents } = config;
  const addresses = new Map(agents.map(({ id, baseUrl }) => [id, baseUrl]));
  const world = worldOf(config, options, addresses);
  const { folders, problems } = await foldersOf(config, options);
  return pMap(
    agents,
    async (agent): Promise<Report> => {
      const { id, baseUrl, workspace } = agent;
      const mine = problems.filter((problem) => problem.agent === id);
      const checking = { world, agent, options, folders, problems: mine };
      const checks = await (isHosted(agent) ? checksOfModel(checking, agent, addresses) : checksOf(checking));
      const address = isHosted(agent)
        ? hideCredentials(baseUrl)
        : withoutSecrets(agentUrl(baseUrl, '')).replace(/\/v1\/agent_ws\/+$/, '/');
      return { agent: id, address, workspace, ok: checks.every(({ ok }) => ok), checks };
    },
    { concurrency: AGENTS_AT_ONCE },
  );
}

interface Checking {
  world: World;
  agent: AgentConfig;
  options: CheckOptions;
  folders: Folders | null;
  problems: readonly WorkspaceProblem[];
  /** What the agent's server shows, where that is not believed. */
  certificate?: SeenCertificate | null;
}

async function checksOf(checking: Checking): Promise<Check[]> {
  const { world, agent, options, folders, problems } = checking;
  const told = (heard: Heard) => failureOf(heard, checking);
  const first = await converse(world, agent.id, options.message === null ? null : message(options.message));
  if (isOfCertificate(first.failure)) {
    checking.certificate = await certificateAt(new URL(agent.baseUrl), options.statusSeconds * 1000);
  }
  const status: Check = { ...named('STATUS', first.statusMs, told(first)), ...(first.statusMs !== null && well) };
  const checks = [status];
  if (options.message !== null && status.ok) checks.push(messageCheck(first, told(first)));
  if (folders === null) return checks;
  checks.push(workspaceCheck(problems));
  const canBeWritten = problems.every(({ code }) => code === 'same folder' || code === 'inside another');
  if (status.ok && canBeWritten) checks.push(filesCheck(await exchangeFile(world, folders, agent.id), told));
  return checks;
}

/** The service hosts its agent, which has no tools: nobody else works in its folder, and the service makes that itself. */
async function checksOfModel(
  { world, agent: { id }, options, folders, problems }: Checking,
  agent: Hosted,
  addresses: Map<AgentId, string>,
): Promise<Check[]> {
  const { statusSeconds: seconds, signal } = options;
  const question = options.message;
  const model = await checkModel(agent, { seconds, signal, isAsked: question !== null });
  const checks: Check[] = [{ name: 'model', ...model }];
  if (question !== null && model.ok) {
    const heard = await withHosted(agent, world.answerMs, (address) => {
      addresses.set(id, address);
      return converse(world, id, message(question));
    });
    const { failure } = heard;
    checks.push(messageCheck(heard, failure === null ? null : whyNot(failure, options.answerSeconds, (text) => text)));
  }
  if (folders !== null) checks.push(workspaceCheck(problems.filter(({ code }) => code !== 'missing')));
  return checks;
}

function workspaceCheck(problems: readonly WorkspaceProblem[]): Check {
  const says = problems.map((problem) => problem.says);
  return {
    ...named('workspace', null, null),
    ...(says.length > 0 && { ok: false, result: 'does not work', problems: says }),
  };
}

const well = { ok: true, result: 'ok', problems: [] };

function named(name: Check['name'], ms: number | null, problem: string | null): Check {
  return problem === null ? { name, ...well, ms } : { name, ok: false, result: 'failed', ms, problems: [problem] };
}

function messageCheck(heard: Heard, problem: string | null): Check {
  const check = named('message', heard.endMs, problem);
  if (problem !== null) return check;
  if (heard.characters === 0) {
    return { ...check, ok: false, result: 'no words', problems: ['it ended without saying anything'] };
  }
  const result = `first words after ${heard.firstWordsMs} ms, ${heard.characters} characters`;
  return { ...check, result };
}

function filesCheck(exchange: Exchange, told: (heard: Heard) => string | null): Check {
  const name = 'files';
  if (exchange.is === 'shared') return { name, ok: true, result: 'shared', ms: exchange.ms, problems: [] };
  const says = exchange.is === 'not asked' ? told(exchange.heard) : exchange.says;
  return { name, ok: false, result: results[exchange.is], ms: null, problems: [says ?? ''] };
}

const results: Record<Exclude<Exchange['is'], 'shared'>, string> = {
  'not shared': 'workspace is not shared',
  different: 'came back different',
  'not told': 'could not be told',
  'not written': 'not written',
  'not asked': 'could not be asked',
};

function failureOf({ failure }: Heard, { options, agent, certificate }: Checking): string | null {
  if (failure === null) return null;
  if (certificate?.why && isOfCertificate(failure)) {
    return whyUntrusted(certificate, { whose: 'its server', setting: 'base_url', code: certificate.why });
  }
  const seconds = failure.at === 'answer' ? options.answerSeconds : options.statusSeconds;
  const url = agent.baseUrl;
  return whyNot(failure, seconds, (text) => text.replaceAll(url, withoutSecrets(url)));
}

/** The limits of the link itself are behind those of the check. */
function worldOf(
  { policy }: AgentsConfig,
  { statusSeconds, answerSeconds, signal }: CheckOptions,
  addresses: ReadonlyMap<AgentId, string>,
): World {
  const [statusMs, answerMs] = [statusSeconds * 1000, answerSeconds * 1000];
  const limits = {
    connect: 2 * statusMs,
    status: 2 * statusMs,
    silence: 2 * answerMs,
    maxFrame: policy.limits.frameBytes,
  };
  const openLink = openLinks({
    baseOf: (agent) => addresses.get(agent) ?? null,
    now: Date.now,
    log: silentLog,
    limits,
  });
  return { openLink, after, now: () => performance.now(), statusMs, answerMs, signal };
}

/** What is wrong with the workspaces, as far as this side can see; asks no agent, never rejects. */
export async function checkFolders(config: AgentsConfig): Promise<WorkspaceProblem[]> {
  return (await foldersOf(config, { files: true })).problems;
}

async function foldersOf(
  { agents, userAgents, policy }: AgentsConfig,
  { files }: Pick<CheckOptions, 'files'>,
): Promise<{ folders: Folders | null; problems: WorkspaceProblem[] }> {
  if (!files) return { folders: null, problems: [] };
  const workspaces = workspacesOf({ agents, userAgents, servesOthers: policy.access.unmapped === 'default_agent' });
  const within = createPatience(after);
  const { layout, quotaBytes } = policy.files;
  const folders: Folders = {
    folderOf: (agent) => workspaces.get(agent)?.folder ?? '',
    incoming: createIncomingFiles({ workspaces, within, layout, quotaBytes, now: Date.now }),
    outgoing: createOutgoingFiles({ workspaces, within }),
  };
  return { folders, problems: await probeWorkspaces({ workspaces, layout, within }) };
}
