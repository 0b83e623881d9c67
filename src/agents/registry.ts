/** The agents that there are, and whose each of them is. */
import { AgentId } from '../../machines/ids.ts';
import type { Registry } from '../ports.ts';

/**
 * Who talks to whom. A person who is not in `userAgents` (Matrix id to agent id) talks to the first agent.
 * Throws when there is no agent, or when a person is given one that does not exist.
 */
export function createRegistry(config: {
  agents: readonly { id: string }[];
  userAgents: Readonly<Record<string, string>>;
}): Registry {
  const ids = new Set(config.agents.map(({ id }) => AgentId.parse(id)));
  const [first] = ids;
  if (first === undefined) throw new Error('no agent is configured: at least one is needed');
  const agents = new Map<string, AgentId>();
  for (const [person, agent] of Object.entries(config.userAgents)) {
    const id = AgentId.parse(agent);
    if (!ids.has(id)) throw new Error(`${person} is given the agent "${agent}", which is not configured`);
    agents.set(person, id);
  }
  return {
    agentOf: (person) => (person === null ? first : (agents.get(person) ?? first)),
    has: (agent) => ids.has(agent),
  };
}
