import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { changesBetween, inForce, isNews, registrySource } from '../../src/config/reload.ts';
import { files, least, load, problemsWith } from './support.ts';

const two = 'agents: [{ id: a }, { id: b, base_url: "ws://b" }]';
const nothing = {
  agents: { added: [], removed: [], changed: [] },
  ...{ people: [], others: false, policy: [], atNextStart: [] },
};

const ann = '"@ann:x"';

test.each<[string, string, string, object]>([
  ['the same in other words', two, 'agents:\n  - id: a\n  - id: b\n    base_url: ws://b', nothing],
  [
    'another order behind the first',
    `agents: [{ id: a }, { id: b }, { id: c }]`,
    `agents: [{ id: a }, { id: c }, { id: b }]`,
    nothing,
  ],
  [
    'agents',
    'agents: [{ id: a }, { id: b }, { id: c }]',
    'agents: [{ id: a }, { id: c, label: C }, { id: d, concurrency: 1 }]',
    { ...nothing, agents: { added: ['d'], removed: ['b'], changed: ['c'] } },
  ],
  [
    'a model',
    'agents: [{ id: a, kind: provider, base_url: "http://m/v1", model: small }]',
    'agents: [{ id: a, kind: provider, base_url: "http://m/v1", model: large }]',
    { ...nothing, agents: { added: [], removed: [], changed: ['a'] } },
  ],
  [
    'whom everybody else gets',
    'agents: [{ id: a }, { id: b }]',
    'agents: [{ id: b }, { id: a }]',
    { ...nothing, others: true },
  ],
  [
    'people',
    `agents: [{ id: a }, { id: b }]\nuser_agents: { ${ann}: a, "@bob:x": a, "@cleo:x": a }`,
    `agents: [{ id: a }, { id: b }]\nuser_agents: { ${ann}: b, "@bob:x": a, "@dan:x": b }`,
    { ...nothing, people: ['@ann:x', '@cleo:x', '@dan:x'] },
  ],
  [
    'the policy, of which not all can be so at once',
    'agents: [{ id: a }]',
    'agents: [{ id: a }]\npolicy: { access: { unmapped: deny, contact: Ask, deny_repeat: always, allowed: [] }, language: ru, limits: { queue: 3, status_ms: 900 }, context: { scope: room }, names: { chat: "{number}" } }\nuser_agents: { "@ann:x": a }',
    {
      ...{
        ...nothing,
        people: ['@ann:x'],
        policy: ['limits.queue', 'access.allowed', 'access.unmapped', 'access.contact', 'access.deny_repeat'],
      },
      atNextStart: ['limits.status_ms', 'language', 'names.chat'],
    },
  ],
])('what is different: %s', (_, before, after, changes) => {
  const found = changesBetween(load({}, before), load({}, after));
  expect(found).toEqual(changes);
  expect(isNews(found)).toBe(changes !== nothing);
});

test('what cannot be so at once stays, and is named again the next time', () => {
  const running = load();
  const wanted = load(
    {},
    'agents: [{ id: b }]\npolicy: { operators: ["@o:x"], access: { allowed: ["@a:x"] }, reply: { queued: together, max_edits: 3 }, language: ru }',
  );
  const next = inForce(running, wanted);
  expect(next).toEqual({
    ...wanted,
    policy: {
      ...running.policy,
      operators: ['@o:x'],
      access: { ...running.policy.access, allowed: ['@a:x'] },
      reply: { ...running.policy.reply, queued: 'together' },
    },
  });
  expect(changesBetween(next, wanted)).toEqual({ ...nothing, atNextStart: ['reply.max_edits', 'language'] });
});

describe('the file is read again', () => {
  const env = { ...least, AGENT_BASE_URL: 'ws://common' };
  const first = 'agents: [{ id: a }]';

  function read(registry: Record<string, string>, before = first) {
    const running = loadConfig({ env, readFile: files({ 'config/agents.yaml': before }) });
    const source = registrySource({ env, readFile: files(registry) });
    return source?.read(running);
  }

  test('with what the environment says of agents, and without its secrets', () => {
    const { MATRIX_ACCESS_TOKEN: _, ...plain } = env;
    const secret = { ...plain, MATRIX_PASSWORD_FILE: 'gone' };
    const running = loadConfig({ env, readFile: files({ 'config/agents.yaml': first }) });
    const source = registrySource({ env: secret, readFile: files({ 'config/agents.yaml': 'agents: [{ id: b }]' }) });
    const [agent] = running.agents;
    expect(source?.read(running)).toEqual({ ...running, agents: [{ ...agent, id: 'b', label: 'b' }] });
  });

  test('and refused with all that is wrong with it, as check-config says it', () => {
    expect(problemsWith(() => read({}))).toEqual([expect.objectContaining({ problem: 'does not exist' })]);
    const wheres = problemsWith(() => read({ 'config/agents.yaml': 'agents: [{ id: 7 }]\nuser_agents: { x: a }' }));
    expect(wheres.map(({ where }) => where)).toEqual(['agents.yaml: agents[0].id', 'agents.yaml: user_agents["x"]']);
  });

  test('as long as each person has one memory nobody gets that of another, whatever the file says of it by now', () => {
    const people = (ofBob: string) => `user_agents: { ${ann}: a, "@bob:x": ${ofBob} }`;
    const agents = 'agents: [{ id: a, base_url: "ws://a" }, { id: b, base_url: "ws://b" }]';
    const perPerson = 'policy: { context: { scope: person }, onboarding: { mode: dm }, access: { unmapped: deny } }';
    const before = `${agents}\n${people('b')}\n${perPerson}`;
    const deny = 'policy: { access: { unmapped: deny } }';
    const after = (...lines: string[]) => problemsWith(() => read({ 'config/agents.yaml': lines.join('\n') }, before));
    expect(after(agents, people('a'), deny).map(({ where }) => where)).toEqual([
      'agents.yaml: user_agents["@bob:x"]',
      'agents.yaml: user_agents["@bob:x"]',
    ]);
    expect(after(agents, people('b')).map(({ where }) => where)).toEqual(['agents.yaml: policy.access.unmapped']);
    expect(read({ 'config/agents.yaml': [agents, people('b'), deny].join('\n') }, before)?.policy.context.scope).toBe(
      'room',
    );
  });

  test('only where there is one', () => {
    const { MATRIX_AGENT_REGISTRY_PATH: _, ...none } = least;
    expect(registrySource({ env: { ...none, MATRIX_PLATFORM_BACKEND: 'mock' }, readFile: files({}) })).toBe(null);
  });
});
