import { describe, expect, test } from 'vitest';
import { problemsWith, load, wrong } from './support.ts';

const file = (text: string) => wrong(() => load({}, text));
const missing = ['agents.yaml: agents: is missing'];

describe('a file that is no registry', () => {
  test.each<[string, string[]]>([
    ['', missing],
    ['# nothing\n# here\n', missing],
    ['---\n', missing],
    ['{}', missing],
    ['policy: {}', missing],
    ['agents:', ['agents.yaml: agents: is empty, but must be a list']],
    ['agents: []', ['agents.yaml: agents: […] is an empty list']],
    ['agents: {}', ['agents.yaml: agents: is a mapping, but must be a list']],
    ['- id: a', ['agents.yaml: is a list, but must be a mapping']],
    ['agents', ['agents.yaml: is text, but must be a mapping']],
    ['agents: [a\nb', ['agents.yaml, line 2, column 1: is not YAML: deficient indentation']],
    [
      'agents:\n\t- id: a',
      ['agents.yaml, line 2, column 1: is not YAML: tab characters must not be used in indentation'],
    ],
    ['agents: []\nagents: []', ['agents.yaml, line 2, column 1: is not YAML: duplicated mapping key']],
    ['agents:\n - id: a\n   id: b', ['agents.yaml, line 3, column 4: is not YAML: duplicated mapping key']],
    ['a: 1\n---\nb: 1', ['agents.yaml: is not YAML: expected a single document in the stream, but found more']],
    [
      'a: !!js/function x',
      ['agents.yaml, line 1, column 4: is not YAML: unknown scalar tag !<tag:yaml.org,2002:js/function>'],
    ],
  ])('%j', (text, problems) => {
    expect(file(text)).toEqual(problems);
  });
});

describe('agents', () => {
  test.each<[string, string]>([
    ['agents: [a]', 'agents[0]: is text ("a"), but must be a mapping'],
    ['agents: [null]', 'agents[0]: is empty, but must be a mapping'],
    ['agents: [{}]', 'agents[0].id: is missing'],
    ['agents: [{ id: 1 }]', 'agents[0].id: is a number (1), but must be text'],
    ['agents: [{ id: true }]', 'agents[0].id: is a boolean (true), but must be text'],
    ['agents: [{ id: }]', 'agents[0].id: is empty, but must be text'],
    ['agents: [{ id: " " }]', 'agents[0].id: " " is blank'],
    ['agents: [{ id: "a\\e[31m" }]', 'agents[0].id: "a\\u001b[31m" contains control characters'],
    ['agents: [{ id: a, label: 1 }]', 'agents[0].label: is a number (1), but must be text'],
    ['agents: [{ id: a, label: }]', 'agents[0].label: is empty, but must be text'],
    ['agents: [{ id: a, base_url: 1 }]', 'agents[0].base_url: is a number (1), but must be text'],
    ['agents: [{ id: a, base_url: " " }]', 'agents[0].base_url: " " is blank'],
    ['agents: [{ id: a, base_url: "a:1" }]', 'agents[0].base_url: "a:1" is not a ws, wss, http or https URL'],
    ['agents: [{ id: a, workspace_path: [] }]', 'agents[0].workspace_path: is a list, but must be text'],
    ['agents: [{ id: a, workspace_path: x }]', 'agents[0].workspace_path: "x" is not an absolute path'],
    ['agents: [{ id: a, concurrency: 0 }]', 'agents[0].concurrency: 0 is below 1'],
    ['agents: [{ id: a, concurrency: 1.5 }]', 'agents[0].concurrency: is a number (1.5), but must be a whole number'],
    ['agents: [{ id: a, concurrency: "4" }]', 'agents[0].concurrency: is text ("4"), but must be a number'],
    ['agents: [{ id: a }, { id: b }, { id: " a " }]', 'agents[2].id: "a" is the id of agents[0] already'],
  ])('%s', (text, problem) => {
    expect(file(text)).toEqual([`agents.yaml: ${problem}`]);
  });
});

describe('user_agents', () => {
  const users = (text: string) => file(`agents: [{ id: agent-1 }, { id: agent-2 }]\nuser_agents: ${text}`);

  test.each<[string, string]>([
    ['[]', 'user_agents: is a list, but must be a mapping'],
    ['{ bob: agent-1 }', 'user_agents["bob"]: is not a Matrix user id'],
    ['{ "@bob:x ": agent-1 }', 'user_agents["@bob:x "]: is not a Matrix user id'],
    ['{ __proto__: agent-1 }', 'user_agents["__proto__"]: is not a Matrix user id'],
    ['{ "@bob:x": 2 }', 'user_agents["@bob:x"]: is a number (2), but must be text'],
    ['{ "@bob:x": " " }', 'user_agents["@bob:x"]: " " is blank'],
    ['{ "@bob:x": agent-3 }', 'user_agents["@bob:x"]: "agent-3" is not an agent in this file'],
  ])('%s', (text, problem) => {
    expect(users(text)).toEqual([`agents.yaml: ${problem}`]);
  });

  test('an unknown agent is answered with the nearest one, else with all', () => {
    const hint = (agent: string) =>
      problemsWith(() =>
        load({}, `agents: [{ id: research }, { id: writing }]\nuser_agents: { "@bob:x": ${agent} }`),
      )[0]?.hint;
    expect(hint('reserch')).toBe('did you mean "research"?');
    expect(hint('cooking')).toBe('known are: research, writing');
  });
});

describe('keys that nobody knows', () => {
  const good = 'agents: [{ id: a }]';
  test.each<[string, string, string]>([
    [`${good}\nuser_agent: {}`, 'user_agent', 'did you mean "user_agents"?'],
    [`${good}\nAGENTS: []`, 'AGENTS', 'did you mean "agents"?'],
    [`${good}\nwhatever: {}`, 'whatever', 'known are: agents, user_agents, policy'],
    [`${good}\n__proto__: {}`, '__proto__', 'known are: agents, user_agents, policy'],
    ['agents: [{ id: a, base_ulr: x }]', 'agents[0].base_ulr', 'did you mean "base_url"?'],
    [
      `${good}\npolicy: { replies: {} }`,
      'policy.replies',
      'known are: reply, limits, onboarding, access, context, clear, missed, files, language, names, profile, operators',
    ],
    [`${good}\npolicy: { reply: { streaming: x } }`, 'policy.reply.streaming', 'did you mean "stream"?'],
    [`${good}\npolicy: { limits: { turn: 1 } }`, 'policy.limits.turn', 'did you mean "turn_ms"?'],
    [`${good}\npolicy: { onbording: {} }`, 'policy.onbording', 'did you mean "onboarding"?'],
    [
      `${good}\npolicy: { onboarding: { invites: 1 } }`,
      'policy.onboarding.invites',
      'did you mean "invites_per_minute"?',
    ],
    [`${good}\npolicy: { access: { allow: [] } }`, 'policy.access.allow', 'did you mean "allowed"?'],
    [`${good}\npolicy: { access: { unmaped: deny } }`, 'policy.access.unmaped', 'did you mean "unmapped"?'],
    [`${good}\npolicy: { context: { scop: room } }`, 'policy.context.scop', 'did you mean "scope"?'],
    [`${good}\npolicy: { names: { rooms: x } }`, 'policy.names.rooms', 'known are: space, chat'],
    [`${good}\n"a b\\e": 1`, '["a b\\u001b"]', 'known are: agents, user_agents, policy'],
  ])('%j', (text, where, hint) => {
    expect(problemsWith(() => load({}, text))).toEqual([
      { where: `agents.yaml: ${where}`, value: null, problem: 'is an unknown key', hint },
    ]);
  });
});

test('the policy is checked key by key', () => {
  const policy =
    'policy: { reply: { stream: fast, first_edit_ms: -1, max_edits: x }, limits: { turn_ms: 99, frame_bytes: 1e12 } }';
  expect(file(`agents: [{ id: a }]\n${policy}`)).toEqual([
    'agents.yaml: policy.reply.stream: "fast" is none of edits, final',
    'agents.yaml: policy.reply.first_edit_ms: -1 is below 0',
    'agents.yaml: policy.reply.max_edits: is text ("x"), but must be a number',
    'agents.yaml: policy.limits.turn_ms: 99 is below 100',
    'agents.yaml: policy.limits.frame_bytes: 1000000000000 is above 134217728',
  ]);
  expect(file('agents: [{ id: a }]\npolicy: []')).toEqual(['agents.yaml: policy: is a list, but must be a mapping']);
  expect(load({}, 'agents: [{ id: a }]\npolicy:\nuser_agents:')).toEqual(load());
  expect(load({}, 'agents: [{ id: a }]\npolicy: { reply: , limits: {} }')).toEqual(load());
});

test('all problems of a file come at once', () => {
  const text =
    'agents: [{ id: 1, base_ulr: x }, { id: a }, { id: a }]\nuser_agents: { bob: b }\npolicy: { limits: { queue: 0 } }';
  expect(file(text)).toEqual([
    'agents.yaml: agents[0].id: is a number (1), but must be text',
    'agents.yaml: agents[0].base_ulr: is an unknown key',
    'agents.yaml: policy.limits.queue: 0 is below 1',
    'agents.yaml: agents[2].id: "a" is the id of agents[1] already',
    'agents.yaml: user_agents["bob"]: is not a Matrix user id',
    'agents.yaml: user_agents["bob"]: "b" is not an agent in this file',
  ]);
});

test.each(['ws://h/#secret', 'wss://h/?key=a#secret', 'http://h/#'])(
  'an address with a fragment is refused, without being repeated: %s',
  (address) => {
    const [problem] = problemsWith(() => load({}, `agents: [{ id: a, base_url: '${address}' }]`));
    const { where, problem: what, value } = problem ?? {};
    expect({ where, what }).toEqual({
      where: 'agents.yaml: agents[0].base_url',
      what: 'has a fragment in it, which is never sent: write a "#" that belongs to a key as %23',
    });
    expect(value).not.toContain('secret');
    expect(problemsWith(() => load({ AGENT_BASE_URL: address }))[0]?.where).toBe('AGENT_BASE_URL');
  },
);
