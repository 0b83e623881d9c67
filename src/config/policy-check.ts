/** What no schema of one part of the registry file can see of its policy: what does not go together. */
import type { AgentConfig } from './config.ts';
import { isMapping } from './issues.ts';
import { type Problem, show } from './problem.ts';

const ownAgents = 'give every person an agent of their own, or set the scope to room';
const sharedMemory = 'with policy.context.scope: person both would share one memory';

/** Judges what was written, whatever it is; what its schema refuses already is not judged again. */
export function checkPolicy(policy: unknown, userAgents: unknown): Problem[] {
  const valueOf = (part: string, key: string) => member(member(policy, part), key) ?? null;
  const written: Written = {
    scope: valueOf('context', 'scope'),
    mode: valueOf('onboarding', 'mode'),
    unmapped: valueOf('access', 'unmapped'),
    allowsNobody: isEmptyList(valueOf('access', 'allowed')),
    userAgents: userAgents ?? {},
  };
  return [...oneMemoryInManyRooms(written), ...oneMemoryForManyPeople(written), ...nobodyServed(written)];
}

interface Written {
  scope: unknown;
  mode: unknown;
  unmapped: unknown;
  allowsNobody: boolean;
  userAgents: unknown;
}

function oneMemoryInManyRooms({ scope, mode }: Written): Problem[] {
  if (scope !== 'person' || (mode ?? 'spaces') !== 'spaces') return [];
  return [
    {
      where: 'policy.context.scope',
      value: show('person'),
      problem: 'needs policy.onboarding.mode: dm',
      hint: 'set the mode to dm, or the scope to room: chats of a Space with one memory would mix what is said in them',
    },
  ];
}

/** With the scope `person` all memories of an agent begin under one id: whoever shares the agent would share it. */
function oneMemoryForManyPeople({ scope, unmapped, allowsNobody, userAgents }: Written): Problem[] {
  if (scope !== 'person') return [];
  const people = entriesOf(userAgents);
  const problems = people.flatMap(([person, agent], index): Problem[] => {
    const [other] = people.slice(0, index).find(([, otherAgent]) => otherAgent === agent) ?? [];
    if (other === undefined || agent === '') return [];
    return [
      {
        where: `user_agents[${show(person)}]`,
        value: show(agent),
        problem: `is the agent of ${show(other)} already: ${sharedMemory}`,
        hint: ownAgents,
      },
    ];
  });
  if ((unmapped ?? 'default_agent') !== 'default_agent' || allowsNobody) return problems;
  return [
    ...problems,
    {
      where: 'policy.access.unmapped',
      value: `${show('default_agent')}${unmapped === null ? ' (the default)' : ''}`,
      problem:
        'gives everybody whom user_agents does not name the first agent: with policy.context.scope: person all of them would share one memory',
      hint: 'set unmapped to deny and name the people in user_agents, or set the scope to room',
    },
  ];
}

/**
 * Whose agents listen at one address: with the scope `person` that is one memory under two names. `agents` have their
 * addresses filled in, `userAgents` names ids of them.
 */
export function checkMemories(agents: readonly AgentConfig[], userAgents: Readonly<Record<string, string>>): Problem[] {
  // What the service hosts for a provider keeps its memories under its own id.
  const places = new Map<string, string>(
    agents.map(({ id, baseUrl, provider }) => [id, provider === undefined ? placeOf(baseUrl) : id]),
  );
  const people = Object.entries(userAgents);
  return people.flatMap(([person, agent], index): Problem[] => {
    const [other, otherAgent] = people.slice(0, index).find(([, one]) => places.get(one) === places.get(agent)) ?? [];
    if (other === undefined) return [];
    return [
      {
        where: `user_agents[${show(person)}]`,
        value: show(agent),
        problem: `listens where ${show(otherAgent)} of ${show(other)} does: ${sharedMemory}`,
        hint: 'give each of these agents a base_url of its own, or set the scope to room',
      },
    ];
  });
}

/** ws and http, wss and https are the same to an agent; so are a path with and without a slash at its end. */
function placeOf(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  const isSecure = protocol === 'wss:' || protocol === 'https:';
  return `${isSecure ? 'wss' : 'ws'}://${host}${pathname.replace(/\/+$/, '')}`;
}

function nobodyServed({ unmapped, allowsNobody, userAgents }: Written): Problem[] {
  const namesNobody = isMapping(userAgents) && Object.keys(userAgents).length === 0;
  if (!namesNobody) return [];
  const nobody = 'but user_agents names nobody, so nobody would be served';
  if (unmapped === 'deny') {
    return [
      {
        where: 'policy.access.unmapped',
        value: show('deny'),
        problem: `turns away everybody whom user_agents does not name, ${nobody}`,
        hint: 'name people in user_agents, or set unmapped to default_agent',
      },
    ];
  }
  if (!allowsNobody) return [];
  return [
    {
      where: 'policy.access.allowed',
      value: null,
      problem: `is an empty list, ${nobody}`,
      hint: 'name people in user_agents, or allow some: ["@*:example.org"]',
    },
  ];
}

/** The people and the ids of their agents; an id that is none is empty. */
function entriesOf(userAgents: unknown): [string, string][] {
  if (!isMapping(userAgents)) return [];
  return Object.entries(userAgents).map(([person, agent]) => [person, typeof agent === 'string' ? agent.trim() : '']);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function member(value: unknown, key: string): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
