/** How the bot comes to its session: the folder is claimed, the agents have addresses, the homeserver lets it in. */
import { randomUUID } from 'node:crypto';
import type { AgentId } from '../../machines/ids.ts';
import { hostProviders } from '../compose/providers.ts';
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
  /** Where an agent is reached; null for one that the registry does not know. */
  baseOf: (agent: AgentId) => string | null;
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
  const baseOf = await agentAddresses(config, house, log);
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
  return { session, sure: right.sure, baseOf };
}

/**
 * With the mock backend the reference agent runs in this process and answers for every agent; for a language model
 * (`kind: provider`) one runs in it anyway.
 */
async function agentAddresses(config: Config, house: House, log: Log): Promise<Entered['baseOf']> {
  if (config.backend === 'real') {
    const hosted = await hostProviders(config, { conversations: house.store.conversations, log });
    house.closers.push(() => hosted.close());
    const addresses = new Map(config.agents.map(({ id, baseUrl }) => [id, hosted.addresses.get(id) ?? baseUrl]));
    return (agent) => addresses.get(agent) ?? null;
  }
  const { startAgent } = await import('../reference-agent/server.ts');
  const agent = await startAgent({ port: 0, workspace: mockFolder(config), log });
  house.closers.push(() => agent.close());
  return () => agent.url;
}
