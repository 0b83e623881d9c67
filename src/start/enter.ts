/** How the bot comes to its session: the folder is claimed, the agents have addresses, the homeserver lets it in. */
import { randomUUID } from 'node:crypto';
import type { AgentId } from '../../machines/ids.ts';
import { hostProviders, type HostedAgents } from '../compose/providers.ts';
import { mockFolder } from '../compose/workspaces.ts';
import type { Config } from '../config/config.ts';
import { createClient } from '../matrix/client.ts';
import { acquireLease, type Right } from '../matrix/lease.ts';
import { login, type Session } from '../matrix/login.ts';
import type { Log } from '../ports.ts';
import { claimFolder, type House } from './house.ts';
import { claimMemories } from './memories.ts';

export interface Entered {
  session: Session;
  /** Resolves as long as nobody else speaks for the account. */
  sure: Right['sure'];
  hosting: Hosting;
}

/** Where agents are reached, and those that this process hosts itself. */
export interface Hosting {
  /** Null for an agent that the registry does not know. */
  baseOf(agent: AgentId): string | null;
  /** As `HostedAgents` has it. */
  prepare: HostedAgents['prepare'];
}

export interface EnterOptions {
  config: Config;
  house: House;
  signal: AbortSignal;
  log: Log;
  /** Asks another service of the account to end. */
  takeOver: boolean;
  /** How often it says that it has the account, ms. */
  leaseMs: number | undefined;
  /** Why it is not let in yet, a sentence; null when that is over. */
  onTrouble(says: string | null): void;
  /** Another service has the account now. */
  onLost(why: Error): void;
}

/** Rejects with why the bot cannot serve here, or with `Closed` once the signal aborts. */
export async function enter(options: EnterOptions): Promise<Entered> {
  const { config, house, signal, log } = options;
  const { host } = house;
  await claimFolder(host, config);
  await claimMemories(host, config);
  const hosting = await hostAgents(config, house, log);
  const { homeserver, userId, accessToken, password, deviceId } = config.matrix;
  const session = await login({
    ...{ homeserver, userId, deviceId, signal, log, onTrouble: options.onTrouble },
    credentials: accessToken !== null ? { accessToken } : { password: password ?? '' },
    rememberedDeviceId: host.read().deviceId,
    chance: Math.random,
  });
  const { instance } = await host.update({
    deviceId: session.deviceId,
    instance: host.read().instance ?? randomUUID(),
  });
  const right = await acquireLease({
    api: createClient({ homeserver, accessToken: session.accessToken, me: userId, log }),
    ...{ me: userId, holder: String(instance), signal, chance: Math.random, log },
    ...{ takeOver: options.takeOver, everyMs: options.leaseMs, onTrouble: options.onTrouble, onLost: options.onLost },
  });
  house.closers.push(right.close);
  return { session, sure: right.sure, hosting };
}

/**
 * With the mock backend the reference agent runs in this process and answers for every agent; for a language model
 * (`kind: provider`) one runs in it anyway.
 */
async function hostAgents(config: Config, house: House, log: Log): Promise<Hosting> {
  if (config.backend === 'real') {
    const { addressOf, prepare, close } = await hostProviders(config, {
      conversations: house.store.conversations,
      log,
    });
    house.closers.push(close);
    return { prepare, baseOf: (agent) => addressOf(agent) ?? house.roster.agent(agent)?.baseUrl ?? null };
  }
  const { startAgent } = await import('../reference-agent/server.ts');
  const agent = await startAgent({ port: 0, workspace: mockFolder(config), log });
  house.closers.push(() => agent.close());
  return { prepare: async () => () => {}, baseOf: () => agent.url };
}
