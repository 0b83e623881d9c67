/** Where each person has one memory, whose memory each agent holds: no other person may ever be given that agent (P6). */
import type { AgentId, UserId } from '../../machines/ids.ts';
import type { Config } from '../config/config.ts';
import type { HostState } from '../ports.ts';

/** Another person's words are in the one memory that an agent has. */
class MemoryTaken extends Error {
  constructor(agent: AgentId, holder: UserId, person: UserId) {
    super(
      `user_agents gives ${person} the agent ${agent}, whose one memory holds what ${holder} said ` +
        '(policy.context.scope: person). Give them an agent of their own, or empty the memory of that agent ' +
        'and take it out of the `memories` of the host state (docs/operating.md says how).',
    );
  }
}

/** Notes who has which agent from now on. Throws `MemoryTaken`, or a `StoreFailure`. */
export async function claimMemories(host: HostState, { policy, userAgents }: Config): Promise<void> {
  if (policy.context.scope !== 'person') return;
  const memories = { ...host.read().memories };
  for (const [person, agent] of Object.entries(userAgents) as [UserId, AgentId][]) {
    const holder = memories[agent];
    if (holder !== undefined && holder !== person) throw new MemoryTaken(agent, holder, person);
    memories[agent] = person;
  }
  await host.update({ memories });
}
