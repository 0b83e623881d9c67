/**
 * Whether agents are there: what links say, and where none is open, a connection now and then that only waits for STATUS.
 * It never asks anything, so nothing is answered or paid for.
 */
import type { AgentId, ContextId } from '../../machines/ids.ts';
import type { Trouble } from '../../machines/trouble.ts';
import type { Chance, Link, Log, Now, OpenLink } from '../ports.ts';
import type { AgentState } from '../ports/ops.ts';

/** Between two looks at an agent that nobody talks to, ms; a tenth more or less. */
const LOOK_MS = 8_000;
/** After a failure it is looked at again so soon, ms: one alone may be a restart. */
const AGAIN_MS = 3_000;
/** Failures in a row after which an agent is down. */
const MOST_FAILURES = 2;
/** Agents that are looked at at the same time. */
const AT_ONCE = 8;

export interface AgentWatch {
  /** The same links, which tell the watch what they show of their agents. */
  watching(openLink: OpenLink): OpenLink;
  states(): AgentState[];
  /** These are the agents that there are from now on. */
  take(agents: readonly AgentId[]): void;
  /** Looks at those that are due; called now and then. Without calls nothing is looked at. */
  look(): void;
  close(): void;
}

export interface AgentWatchOptions {
  agents: readonly AgentId[];
  /** Whether it runs in this process, so that the links of rooms show nothing of what answers behind it. */
  isHosted(agent: AgentId): boolean;
  /** Opens the connections of the watch: with limits of their own, and without words in the log. */
  openLink: OpenLink;
  /** The memory under which an agent is looked at: no room has it. */
  contextId: ContextId;
  now: Now;
  chance: Chance;
  log: Log;
}

interface Known {
  up: boolean | null;
  /** When it was last found otherwise. */
  since: number;
  failures: number;
  trouble: Trouble | null;
  /** Links that are open to it, by rooms. */
  open: number;
  nextAt: number;
  looking: Link | null;
}

export function createAgentWatch(options: AgentWatchOptions): AgentWatch {
  const { agents, isHosted, openLink, contextId, now, chance } = options;
  let isClosed = false;
  const fresh = (): Known => ({
    ...{ up: null, since: now(), failures: 0, trouble: null, open: 0, looking: null },
    // Not all of them at the same moment.
    nextAt: now() + chance() * AGAIN_MS,
  });
  const known = new Map(agents.map((agent) => [agent, fresh()]));
  const judge = judging(options);

  function begin(agent: AgentId, one: Known): void {
    const link = openLink({ agent, contextId }, (event) => {
      if (one.looking !== link || (event.type !== 'ready' && event.type !== 'unreachable')) return;
      one.looking = null;
      link.close();
      judge(agent, one, event.type === 'ready' ? null : event.trouble);
    });
    one.looking = link;
  }

  return {
    watching: (open) => (target, listen) => {
      const one = known.get(target.agent);
      return one === undefined || isHosted(target.agent)
        ? open(target, listen)
        : watched(open, one, judge)(target, listen);
    },
    states: () =>
      [...known].map(([agent, { up, trouble, since }]) => ({ agent, up, trouble, forMs: Math.max(0, now() - since) })),
    take(agents) {
      for (const [agent, one] of known) {
        if (agents.includes(agent)) continue;
        known.delete(agent);
        leave(one);
      }
      for (const agent of agents) if (!known.has(agent)) known.set(agent, fresh());
    },
    look() {
      if (isClosed) return;
      let busy = [...known.values()].filter(({ looking }) => looking !== null).length;
      for (const [agent, one] of known) {
        if (busy >= AT_ONCE) return;
        // While it answers somebody its link shows that it is there.
        if (one.looking !== null || one.open > 0 || now() < one.nextAt) continue;
        busy += 1;
        begin(agent, one);
      }
    },
    close() {
      isClosed = true;
      for (const one of known.values()) leave(one);
    },
  };
}

function leave(one: Known): void {
  const link = one.looking;
  one.looking = null;
  link?.close();
}

/** `trouble`: null where it was reached. */
type Judge = (agent: AgentId, one: Known, trouble: Trouble | null) => void;

function judging({ now, chance, log }: AgentWatchOptions): Judge {
  const soon = () => now() + LOOK_MS * (0.9 + chance() / 5);

  function reached(agent: AgentId, one: Known): void {
    if (one.up === false) log.info({ agent, ms: now() - one.since }, 'agent is up again');
    if (one.up !== true) Object.assign(one, { up: true, since: now() });
    Object.assign(one, { failures: 0, trouble: null, nextAt: soon() });
  }

  return (agent, one, trouble) => {
    if (trouble === null) return reached(agent, one);
    one.failures += 1;
    one.trouble = trouble;
    one.nextAt = one.failures < MOST_FAILURES ? now() + AGAIN_MS : soon();
    if (one.failures < MOST_FAILURES || one.up === false) return;
    Object.assign(one, { up: false, since: now() });
    log.warn({ agent, trouble }, 'agent is down');
  };
}

/** What a room's link shows of its agent. */
function watched(openLink: OpenLink, one: Known, judge: Judge): OpenLink {
  return (target, listen) => {
    let isOpen = false;
    const gone = () => {
      if (isOpen) one.open -= 1;
      isOpen = false;
    };
    const link = openLink(target, (event) => {
      if (event.type === 'ready') {
        judge(target.agent, one, null);
        isOpen = true;
        one.open += 1;
      }
      if (event.type === 'unreachable') judge(target.agent, one, event.trouble);
      if (event.type === 'ended' || event.type === 'unreachable') gone();
      listen(event);
    });
    return {
      ask: (message) => link.ask(message),
      confirm: (question, approved) => link.confirm(question, approved),
      stop: () => link.stop(),
      close() {
        gone();
        link.close();
      },
    };
  };
}
