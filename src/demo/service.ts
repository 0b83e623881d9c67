/** Everything that a conversation needs, in this process: a homeserver, an agent, the service between them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentId, type UserId } from '../../machines/ids.ts';
import type { InspectionEvent } from 'xstate';
import { startApp } from '../app.ts';
import { makeFolder } from '../basics/make-folder.ts';
import type { Config } from '../config/config.ts';
import { defaultPolicy } from '../config/policy.ts';
import type { Log } from '../ports.ts';
import type { Provider } from '../reference-agent/provider.ts';
import { startAgent } from '../reference-agent/server.ts';
import { startHomeserver, type Homeserver } from '../homeserver/index.ts';
import { watchMachines, type MachineWatch } from './machine-watch.ts';

export interface DemoService {
  homeserver: Homeserver;
  bot: UserId;
  machines: MachineWatch;
  /** The folder with the records of the bot. */
  folder: string;
  /** Resolves when the service has ended: null after `stop`, else why it cannot go on. */
  ended: Promise<Error | null>;
  stop(): Promise<void>;
}

export interface DemoServiceOptions {
  /** Where a new folder for the bot's records is made and kept; null: in a temporary one, which is removed at the end. */
  state: string | null;
  /** A language model that answers instead of the script. */
  provider: Provider | null;
  /** Milliseconds between two pieces of a scripted answer; the agent's own when left out. */
  pace?: number;
  log: Log;
  /** Sees the root and every room and person as XState's inspectors do. */
  inspect?: (event: InspectionEvent) => void;
}

/** How soon an answer that grows is edited: nothing limits this homeserver. */
const EDIT_MS = 250;
/** What ends with the demo need not be answered. */
const DRAIN_MS = 200;

/** Starts all parts; the bot may still be logging in, what it is told meanwhile waits in its rooms. */
export async function startService({ state, provider, pace, log, inspect }: DemoServiceOptions): Promise<DemoService> {
  const folder = await newFolder(state);
  const homeserver = await startHomeserver();
  const agent = await startAgent({
    port: 0,
    workspace: path.join(folder, 'workspace'),
    log,
    ...(provider === null ? {} : { provider }),
    ...(pace === undefined ? {} : { pace }),
  });
  const bot = homeserver.register('roomkeeper', crypto.randomUUID());
  const machines = watchMachines();
  const config = configOf(homeserver, bot, agent.url, folder);
  const inspecting = inspect === undefined ? {} : { inspect };
  const app = await startApp(config, { log, observe: machines.observe, drainMs: DRAIN_MS, ...inspecting });
  return {
    homeserver,
    bot,
    machines,
    folder,
    ended: app.ended,
    async stop() {
      await app.stop();
      await Promise.all([agent.close(), homeserver.close()]);
      if (state === null) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The rooms of a demo end with it, so no demo goes on with the records of another. */
async function newFolder(state: string | null): Promise<string> {
  if (state === null) return mkdtemp(path.join(tmpdir(), 'roomkeeper-demo-'));
  makeFolder(state, 0o777);
  return mkdtemp(path.join(path.resolve(state), 'demo-'));
}

function configOf(homeserver: Homeserver, bot: UserId, agentUrl: string, folder: string): Config {
  const policy = defaultPolicy(bot);
  return {
    matrix: {
      homeserver: homeserver.url,
      userId: bot,
      accessToken: homeserver.login(bot, 'DEMO').token,
      password: null,
      deviceId: null,
    },
    backend: 'real',
    agents: [
      {
        id: AgentId.parse('reference'),
        label: 'Reference agent',
        baseUrl: agentUrl,
        workspace: path.join(folder, 'workspace'),
        concurrency: 4,
      },
    ],
    userAgents: {},
    policy: {
      ...policy,
      names: { ...policy.names, space: 'Your agents' },
      // People who look around see what it asks.
      clear: { confirm: true },
      reply: { ...policy.reply, firstEditMs: EDIT_MS },
    },
    authorities: [],
    state: { dir: path.join(folder, 'state'), fsync: false },
    log: { level: 'silent', format: 'json' },
    ops: null,
    pushes: null,
    warnings: [],
  };
}
