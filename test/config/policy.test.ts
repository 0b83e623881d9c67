import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../src/config/policy.ts';
import { UserId } from '../../machines/ids.ts';
import { load, problemsWith, wrong } from './support.ts';

const withPolicy = (policy: string, users = '{}') => `agents: [{ id: a }]\nuser_agents: ${users}\npolicy: ${policy}`;

test.each([
  ['@bot:example.org', '@*:example.org'],
  ['@bot:example.org:8448', '@*:example.org:8448'],
  ['@bot:[::1]:8448', '@*:[::1]:8448'],
])('without a list everybody of the homeserver of %s may invite', (bot, glob) => {
  expect(load({ MATRIX_USER_ID: bot }).policy.access.allowed).toEqual([glob]);
});

test('no file means the same as a file without a policy', () => {
  expect(defaultPolicy(UserId.parse('@bot:example.org'))).toEqual(load().policy);
});

test('what is left empty is left out', () => {
  const empty = 'policy:\n  onboarding:\n  access: { allowed: , contact: }\n  context:\n  names:\n';
  expect(load({}, `agents: [{ id: a }]\n${empty}`)).toEqual(load());
});

describe('each key is checked', () => {
  test.each<[string, string]>([
    ['{ onboarding: [] }', 'onboarding: is a list, but must be a mapping'],
    ['{ onboarding: { mode: space } }', 'onboarding.mode: "space" is none of spaces, dm'],
    ['{ onboarding: { mode: true } }', 'onboarding.mode: true is none of spaces, dm'],
    ['{ onboarding: { invites_per_minute: 0 } }', 'onboarding.invites_per_minute: 0 is below 1'],
    ['{ onboarding: { invites_per_minute: 10001 } }', 'onboarding.invites_per_minute: 10001 is above 10000'],
    [
      '{ onboarding: { invites_per_minute: 0.5 } }',
      'onboarding.invites_per_minute: is a number (0.5), but must be a whole number',
    ],
    ['{ access: deny }', 'access: is text ("deny"), but must be a mapping'],
    ['{ access: { allowed: "@*:a" } }', 'access.allowed: is text ("@*:a"), but must be a list'],
    ['{ access: { allowed: [1] } }', 'access.allowed[0]: is a number (1), but must be text'],
    ['{ access: { allowed: ["@*:a", null] } }', 'access.allowed[1]: is empty, but must be text'],
    ['{ operators: [ann] }', 'operators[0]: "ann" is not a Matrix user id'],
    ['{ operators: ["@*:example.org"] }', 'operators[0]: "@*:example.org" has * or ? in it, and stands for nobody'],
    ['{ operators: "@ann:example.org" }', 'operators: is text ("@ann:example.org"), but must be a list'],
    ['{ access: { allowed: [" "] } }', 'access.allowed[0]: " " is blank'],
    ['{ access: { allowed: ["*"] } }', 'access.allowed[0]: "*" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: [example.org] } }', 'access.allowed[0]: "example.org" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@*"] } }', 'access.allowed[0]: "@*" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@*:"] } }', 'access.allowed[0]: "@*:" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@* :a"] } }', 'access.allowed[0]: "@* :a" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@*:a b"] } }', 'access.allowed[0]: "@*:a b" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@a:b@c:d"] } }', 'access.allowed[0]: "@a:b@c:d" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@*:a\\0"] } }', 'access.allowed[0]: "@*:a\\u0000" is not a pattern of Matrix user ids'],
    [
      '{ access: { allowed: ["@a\\ud800:b"] } }',
      'access.allowed[0]: "@a\\ud800:b" is not a pattern of Matrix user ids',
    ],
    ['{ access: { allowed: ["@*:a/b"] } }', 'access.allowed[0]: "@*:a/b" is not a pattern of Matrix user ids'],
    ['{ access: { allowed: ["@*:a,@*:b"] } }', 'access.allowed[0]: "@*:a,@*:b" is not a pattern of Matrix user ids'],
    [
      '{ access: { allowed: ["@*:exämple.org"] } }',
      'access.allowed[0]: "@*:exämple.org" is not a pattern of Matrix user ids',
    ],
    ['{ access: { allowed: [["@*:a"]] } }', 'access.allowed[0]: is a list, but must be text'],
    ['{ access: { allowed: { "@*:a": yes } } }', 'access.allowed: is a mapping, but must be a list'],
    ['{ onboarding: { invites_per_minute: -1 } }', 'onboarding.invites_per_minute: -1 is below 1'],
    [
      '{ onboarding: { invites_per_minute: "30" } }',
      'onboarding.invites_per_minute: is text ("30"), but must be a number',
    ],
    [
      '{ onboarding: { invites_per_minute: 1_000 } }',
      'onboarding.invites_per_minute: is text ("1_000"), but must be a number',
    ],
    ['{ onboarding: { invites_per_minute: .nan } }', 'onboarding.invites_per_minute: is NaN, but must be a number'],
    [
      '{ onboarding: { invites_per_minute: .inf } }',
      'onboarding.invites_per_minute: is Infinity, but must be a number',
    ],
    ['{ access: { deny_repeat: no } }', 'access.deny_repeat: "no" is none of once, always'],
    ['{ access: { deny_repeat: false } }', 'access.deny_repeat: false is none of once, always'],
    ['{ access: { deny_repeat: Once } }', 'access.deny_repeat: "Once" is none of once, always'],
    ['{ access: { contact: [a] } }', 'access.contact: is a list, but must be text'],
    ['{ access: { contact: "a\\ud83d" } }', 'access.contact: "a\\ud83d" contains half a character'],
    ['{ access: { contact: "a\\rb" } }', 'access.contact: "a\\rb" contains control characters'],
    ['{ names: { chat: "\\udc00" } }', 'names.chat: "\\udc00" contains half a character'],
    ['{ names: { space: "{na{name}me}" } }', 'names.space: "{na{name}me}" has the unknown placeholder {name}'],
    [
      '{ names: { space: "${name}{__proto__}" } }',
      'names.space: "${name}{__proto__}" has the unknown placeholder {__proto__}',
    ],
    ['{ access: { unmapped: denied } }', 'access.unmapped: "denied" is none of default_agent, deny'],
    ['{ access: { contact: 7 } }', 'access.contact: is a number (7), but must be text'],
    ['{ access: { contact: " " } }', 'access.contact: " " is blank'],
    ['{ access: { contact: "a\\e[1m" } }', 'access.contact: "a\\u001b[1m" contains control characters'],
    ['{ access: { deny_repeat: never } }', 'access.deny_repeat: "never" is none of once, always'],
    ['{ context: { scope: agent } }', 'context.scope: "agent" is none of room, person'],
    ['{ names: { space: 1 } }', 'names.space: is a number (1), but must be text'],
    ['{ names: { space: "" } }', 'names.space: "" is blank'],
    ['{ names: { space: "{number}" } }', 'names.space: "{number}" has the unknown placeholder {number}'],
    ['{ names: { space: "{name} {}" } }', 'names.space: "{name} {}" has the unknown placeholder {}'],
    ['{ names: { space: "{{name}}" } }', 'names.space: "{{name}}" has the unknown placeholder {}'],
    ['{ names: { space: "{Name}" } }', 'names.space: "{Name}" has the unknown placeholder {Name}'],
    ['{ names: { chat: "{name}" } }', 'names.chat: "{name}" has the unknown placeholder {name}'],
    ['{ names: { chat: "{number" } }', 'names.chat: "{number" has a brace without its other half'],
    ['{ names: { chat: "number}" } }', 'names.chat: "number}" has a brace without its other half'],
    ['{ names: { chat: "a\\nb" } }', 'names.chat: "a\\nb" contains control characters'],
  ])('%s', (policy, problem) => {
    expect(wrong(() => load({}, withPolicy(policy, '{ "@ann:example.org": a }')))).toEqual([
      `agents.yaml: policy.${problem}`,
    ]);
  });

  test('with what would be right', () => {
    const policy =
      '{ onboarding: { mode: x, invites_per_minute: x }, access: { allowed: [x], unmapped: x, contact: 1, deny_repeat: x }, ' +
      'context: { scope: x }, names: { space: "{x}", chat: "{x}" }, limits: { turn_ms: x }, reply: [] }';
    expect(problemsWith(() => load({}, withPolicy(policy))).map(({ hint }) => hint)).toEqual([
      'a mapping; or leave it out',
      'a whole number of milliseconds, 100 to 86400000',
      '"spaces" (a Space of chats for every person) or "dm" (the room of the invite is the chat)',
      'a whole number, 1 to 10000',
      'a user id with * and ?, in quotes: "@*:example.org", "@ann:*"; everybody is "@*:*"',
      '"default_agent" (the first agent of the list answers) or "deny" (nobody answers)',
      'a text of at most 2000 characters on how to get access, Markdown; or leave it out',
      '"once" or "always"',
      '"room" (every room has a memory of its own) or "person" (only where every person has an agent of their own)',
      'a text; {name} stands for the name of the person',
      'a text; {number} stands for the number of the chat',
    ]);
  });

  test('too long is too long', () => {
    const contact = (length: number) => withPolicy(`{ access: { contact: ${'x'.repeat(length)} } }`);
    expect(load({}, contact(2000)).policy.access.contact).toHaveLength(2000);
    expect(problemsWith(() => load({}, contact(2001))).map(({ problem }) => problem)).toEqual([
      'is longer than 2000 characters',
    ]);
    expect(
      problemsWith(() => load({}, withPolicy(`{ access: { allowed: ["@${'*'.repeat(260)}:a"] } }`))).map(
        ({ problem }) => problem,
      ),
    ).toEqual(['is longer than 255 characters']);
  });
});

test('templates need no placeholder', () => {
  expect(load({}, withPolicy('{ names: { space: Agents, chat: Chat } }')).policy.names).toEqual({
    space: 'Agents',
    chat: 'Chat',
  });
});

describe('what does not go together', () => {
  const ann = '{ "@ann:example.org": a }';
  const scope = {
    where: 'agents.yaml: policy.context.scope',
    value: '"person"',
    problem: 'needs policy.onboarding.mode: dm',
    hint: 'set the mode to dm, or the scope to room: chats of a Space with one memory would mix what is said in them',
  };
  const deny = {
    where: 'agents.yaml: policy.access.unmapped',
    value: '"deny"',
    problem:
      'turns away everybody whom user_agents does not name, but user_agents names nobody, so nobody would be served',
    hint: 'name people in user_agents, or set unmapped to default_agent',
  };
  const nobody = {
    where: 'agents.yaml: policy.access.allowed',
    value: null,
    problem: 'is an empty list, but user_agents names nobody, so nobody would be served',
    hint: 'name people in user_agents, or allow some: ["@*:example.org"]',
  };

  const shared = (value: string) => ({
    where: 'agents.yaml: policy.access.unmapped',
    value,
    problem:
      'gives everybody whom user_agents does not name the first agent: with policy.context.scope: person all of them would share one memory',
    hint: 'set unmapped to deny and name the people in user_agents, or set the scope to room',
  });
  const byDefault = shared('"default_agent" (the default)');
  const twice = (person: string, other: string) => ({
    where: `agents.yaml: user_agents["${person}"]`,
    value: '"a"',
    problem: `is the agent of "${other}" already: with policy.context.scope: person both would share one memory`,
    hint: 'give every person an agent of their own, or set the scope to room',
  });
  const three = '{ "@ann:x": a, "@bob:x": " a ", "@cleo:x": a }';
  const inDm = 'context: { scope: person }, onboarding: { mode: dm }';

  test.each([
    ['{ context: { scope: person }, onboarding: { mode: spaces }, access: { unmapped: deny } }', ann, [scope]],
    ['{ context: { scope: person }, access: { unmapped: deny } }', ann, [scope]],
    ['{ context: { scope: person }, onboarding: , access: { unmapped: deny } }', ann, [scope]],
    ['{ context: { scope: person } }', ann, [scope, byDefault]],
    [`{ ${inDm} }`, ann, [byDefault]],
    [`{ ${inDm} }`, '{}', [byDefault]],
    [`{ ${inDm}, access: { unmapped: default_agent } }`, ann, [shared('"default_agent"')]],
    [`{ ${inDm}, access: { unmapped: default_agent, allowed: ["@bob:x"] } }`, ann, [shared('"default_agent"')]],
    [`{ ${inDm}, access: { unmapped: deny } }`, three, [twice('@bob:x', '@ann:x'), twice('@cleo:x', '@ann:x')]],
    [`{ ${inDm} }`, '{ "@ann:x": a, "@bob:x": a }', [twice('@bob:x', '@ann:x'), byDefault]],
    ['{ access: { unmapped: deny } }', '{}', [deny]],
    ['{ access: { unmapped: deny } }', '', [deny]],
    ['{ access: { unmapped: deny, allowed: [] } }', '{}', [deny]],
    ['{ access: { allowed: [] } }', '{}', [nobody]],
    [`{ ${inDm}, access: { allowed: [] } }`, '{}', [nobody]],
    ['{ access: { unmapped: deny }, context: { scope: person }, onboarding: { mode: spaces } }', '{}', [scope, deny]],
  ])('%s with the people %s', (policy, users, problems) => {
    expect(problemsWith(() => load({}, withPolicy(policy, users)))).toEqual(problems);
  });

  test.each([
    ['{ access: { unmapped: deny } }', ann],
    ['{ access: { allowed: [] } }', ann],
    ['{ onboarding: { mode: dm } }', three],
    [`{ ${inDm}, access: { unmapped: deny } }`, ann],
    [`{ ${inDm}, access: { unmapped: deny, allowed: [] } }`, ann],
    // nobody else may come, so that nobody gets the agent by default
    [`{ ${inDm}, access: { allowed: [] } }`, ann],
  ])('but this does: %s with the people %s', (policy, users) => {
    expect(load({}, withPolicy(policy, users)).warnings).toEqual([]);
  });

  test('what is wrong already is not judged again', () => {
    const people = '{ "@ann:x": a, "@bob:x": 7, "@cleo:x": 7, "@dan:x": , "@eve:x": }';
    expect(
      wrong(() =>
        load(
          {},
          withPolicy('{ context: { scope: person }, onboarding: { mode: dn }, access: { unmapped: no } }', people),
        ),
      ),
    ).toEqual([
      'agents.yaml: user_agents["@bob:x"]: is a number (7), but must be text',
      'agents.yaml: user_agents["@cleo:x"]: is a number (7), but must be text',
      'agents.yaml: user_agents["@dan:x"]: is empty, but must be text',
      'agents.yaml: user_agents["@eve:x"]: is empty, but must be text',
      'agents.yaml: policy.onboarding.mode: "dn" is none of spaces, dm',
      'agents.yaml: policy.access.unmapped: "no" is none of default_agent, deny',
    ]);
    expect(wrong(() => load({}, withPolicy('{ access: { unmapped: deny } }', '[]')))).toEqual([
      'agents.yaml: user_agents: is a list, but must be a mapping',
    ]);
  });
});

describe('one memory for every person needs an address for every agent', () => {
  const people = '{ "@ann:x": a, "@bob:x": b, "@cleo:x": a }';
  const registry = (one: string, other: string, scope = 'person', users = '{ "@ann:x": a, "@bob:x": b }') =>
    `agents: [{ id: a, workspace_path: /a, base_url: ${one} }, { id: b, workspace_path: /b, base_url: ${other} }]\n` +
    `user_agents: ${users}\n` +
    `policy: { onboarding: { mode: dm }, context: { scope: ${scope} }, access: { unmapped: deny } }`;

  test.each([
    ['ws://h:1', 'ws://h:1/'],
    ['ws://h:1/x', 'http://H:1/x/'],
    ['wss://h', 'https://user:secret@h:443/?key=secret'],
    ['', ''],
    ['', 'http://127.0.0.1:8000/'],
  ])('%j and %j are the same place', (one, other) => {
    expect(problemsWith(() => load({}, registry(one, other)))).toEqual([
      {
        where: 'agents.yaml: user_agents["@bob:x"]',
        value: '"b"',
        problem: 'listens where "a" of "@ann:x" does: with policy.context.scope: person both would share one memory',
        hint: 'give each of these agents a base_url of its own, or set the scope to room',
      },
    ]);
    expect(load({}, registry(one, other, 'room', people)).warnings).toEqual([]);
  });

  test.each([
    ['ws://h:1', 'ws://h:2'],
    ['ws://h:1/a', 'ws://h:1/b'],
    ['ws://h', 'wss://h'],
    ['', 'http://127.0.0.1:8001/'],
  ])('%j and %j are not', (one, other) => {
    expect(load({}, registry(one, other)).warnings).toEqual([]);
  });

  test('agents of nobody may be anywhere', () => {
    expect(load({}, registry('', '', 'person', '{ "@ann:x": a }')).warnings).toEqual([]);
  });
});

test('a file of another system, and numbers in other clothes', () => {
  const text =
    '\ufeffagents:\r\n  - id: a\r\npolicy:\r\n  onboarding: { invites_per_minute: 0x10 }\r\n' +
    '  access:\r\n    contact: |\r\n      one\r\n      two\r\n';
  const { onboarding, access } = load({}, text).policy;
  expect([onboarding.invitesPerMinute, access.contact]).toEqual([16, 'one\ntwo']);
});

test('what a homeserver would not take as a name is refused, other scripts are not', () => {
  const names = 'Räume von {name} 🏠 {name}';
  expect(load({}, withPolicy(`{ names: { space: "${names}", chat: "聊天 {number}{number}" } }`)).policy.names).toEqual({
    space: names,
    chat: '聊天 {number}{number}',
  });
});
