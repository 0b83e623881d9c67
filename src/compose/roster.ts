/**
 * Who is served, by which agents and within which bounds, as the registry file says by now. Whoever decides by it asks at the moment; a new
 * one takes the place of the one before in one step, so that nobody sees half of it.
 */
import type { AgentId } from '../../machines/ids.ts';
import { createAccess, type Access } from '../actors/access.ts';
import { createRegistry } from '../agents/registry.ts';
import type { AgentConfig, Config } from '../config/config.ts';
import type { Registry } from '../ports.ts';

/** What it is made of. */
export type RosterConfig = Pick<Config, 'agents' | 'userAgents'> & {
  matrix: Pick<Config['matrix'], 'userId'>;
  policy: Pick<Config['policy'], 'access' | 'limits' | 'reply' | 'clear' | 'files' | 'operators'>;
};

export interface Roster {
  registry: Registry;
  access: Access;
  agents(): AgentId[];
  /** Null for an agent that is not in the registry. */
  agent(id: AgentId): AgentConfig | null;
  /** What people call an agent: its id, where nobody knows it. */
  labelOf(id: AgentId): string;
  policy(): RosterConfig['policy'];
  take(config: RosterConfig): void;
  /** Calls `act` behind each `take`. */
  afterTake(act: () => void): void;
  /** Whether something was taken since the start. */
  isNew(): boolean;
}

/** Throws as `createRegistry` does; so does `take`, which changes nothing then. */
export function createRoster(config: RosterConfig): Roster {
  let standing = standingOf(config);
  let isNew = false;
  const listeners: (() => void)[] = [];
  const agent = (id: AgentId) => standing.agents.get(id) ?? null;
  return {
    registry: {
      agentOf: (person) => standing.registry.agentOf(person),
      has: (id) => standing.registry.has(id),
    },
    access: {
      isPerson: (user) => standing.access.isPerson(user),
      mayInvite: (user) => standing.access.mayInvite(user),
      assignmentOf: (user) => standing.access.assignmentOf(user),
      isOperator: (user) => standing.access.isOperator(user),
    },
    agents: () => [...standing.agents.keys()],
    agent,
    labelOf: (id) => agent(id)?.label ?? id,
    policy: () => standing.policy,
    take(next) {
      standing = standingOf(next);
      isNew = true;
      for (const act of listeners) act();
    },
    afterTake: (act) => void listeners.push(act),
    isNew: () => isNew,
  };
}

function standingOf({ matrix, agents, userAgents, policy }: RosterConfig) {
  return {
    agents: new Map(agents.map((agent) => [agent.id, agent])),
    registry: createRegistry({ agents, userAgents }),
    access: createAccess({ ...policy.access, me: matrix.userId, userAgents, operators: policy.operators }),
    policy,
  };
}
