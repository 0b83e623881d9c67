import { expect, test } from 'vitest';
import { AgentId, UserId } from '../../machines/ids.ts';
import { createRegistry } from '../../src/agents/registry.ts';

const registry = createRegistry({
  agents: [{ id: 'agent-0' }, { id: 'agent-1' }],
  userAgents: { '@ann:example.org': 'agent-1' },
});

test.each([
  ['a mapped person', UserId.parse('@ann:example.org'), 'agent-1'],
  ['an unmapped person', UserId.parse('@bob:example.org'), 'agent-0'],
  ['a person with the name of an object member', UserId.parse('@constructor:__proto__'), 'agent-0'],
  ['nobody', null, 'agent-0'],
])('%s talks to the agent that is meant', (_, person, agent) => {
  expect(registry.agentOf(person)).toBe(agent);
});

test('only configured agents are there', () => {
  expect([registry.has(AgentId.parse('agent-1')), registry.has(AgentId.parse('agent-2'))]).toEqual([true, false]);
});

test('a registry that cannot answer is not made', () => {
  expect(() => createRegistry({ agents: [], userAgents: {} })).toThrow(
    new Error('no agent is configured: at least one is needed'),
  );
  expect(() => createRegistry({ agents: [{ id: 'a' }], userAgents: { '@ann:example.org': 'b' } })).toThrow(
    new Error('@ann:example.org is given the agent "b", which is not configured'),
  );
});
