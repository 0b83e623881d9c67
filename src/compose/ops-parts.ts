/** What of the sight of operators is there before the actors are: what they fill as they go. */
import { ContextId, type AgentId } from '../../machines/ids.ts';
import { createFates, type Fates } from '../actors/fates.ts';
import { createLedger, type Ledger } from '../actors/ledger.ts';
import type { TurnOver } from '../actors/turn-log.ts';
import { openLinks } from '../agents/link.ts';
import { createAgentWatch, type AgentWatch } from '../agents/watch.ts';
import type { Config } from '../config/config.ts';
import { watchSpace, type SpaceWatch } from '../ops/space.ts';
import type { Chance, Log, Meter, Now } from '../ports.ts';
import { silentLog } from '../ports/silent-log.ts';
import { lookingAt } from './looking.ts';
import type { Roster } from './roster.ts';

/** No room has it: the ids of the service are the time of day in µs, those of the earlier system count from 1. */
const LOOKING = ContextId.parse('10000000000000');
/** How long an agent may take that is only looked at, ms: together with the pauses less than half a minute. */
const LOOKING_LIMITS = { connect: 3_000, status: 4_000 };
/** What is there before the actors are. */
export interface OpsParts {
  meter: Meter;
  ledger: Ledger;
  fates: Fates;
  agents: AgentWatch;
  space: SpaceWatch;
  /** A turn is over. */
  over(turn: TurnOver): void;
}

interface PartsWorld {
  config: Config;
  roster: Roster;
  baseOf: (agent: AgentId) => string | null;
  meter: Meter;
  now: Now;
  chance: Chance;
  log: Log;
}

export function createOpsParts({ config, roster, baseOf, meter, now, chance, log }: PartsWorld): OpsParts {
  const fates = createFates();
  const called = openLinks({ baseOf, now: Date.now, log: silentLog, limits: LOOKING_LIMITS });
  const openLink = lookingAt(roster.agent, called, LOOKING_LIMITS.connect + LOOKING_LIMITS.status);
  const isHosted = (agent: AgentId) => roster.agent(agent)?.provider !== undefined;
  const agents = createAgentWatch({
    agents: roster.agents(),
    isHosted,
    openLink,
    contextId: LOOKING,
    now,
    chance,
    log,
  });
  roster.afterTake(() => agents.take(roster.agents()));
  return {
    ...{ meter, fates, ledger: createLedger(), space: watchSpace(config.state.dir, now) },
    agents,
    over({ room, agent, events, outcome, trouble, tokens, ms, waitMs, firstTextMs }) {
      fates.over(room, events, outcome, trouble);
      meter.count('turns', { agent, outcome });
      if (trouble !== null) meter.count('turn troubles', { agent, trouble });
      if (tokens > 0) meter.count('tokens', { agent }, tokens);
      if (ms !== null) meter.measure('turn', agent, ms);
      if (waitMs !== null) meter.measure('turn wait', agent, waitMs);
      if (firstTextMs !== null) meter.measure('turn first text', agent, firstTextMs);
    },
  };
}
