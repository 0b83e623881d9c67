import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { load } from './support.ts';

test('the summary names everything but secrets', () => {
  const registry = `
agents:
  - { id: one, label: First, base_url: 'ws://user:hidden@h/?key=hidden', workspace_path: /agents/1, concurrency: 1 }
  - { id: two, workspace_path: /agents/2 }
user_agents: { '@ann:example.org': two }`;
  expect(describeConfig(load({ MATRIX_PASSWORD: 'hidden', MATRIX_DEVICE_ID: 'DEV' }, registry)).split('\n')).toEqual([
    'homeserver     https://matrix.example.org',
    'user           @bot:example.org, with access token, device DEV',
    'backend        real',
    'agent          one (First) at ws://***@h/?***, files in /agents/1, one turn at once',
    'agent          two at http://127.0.0.1:8000, files in /agents/2, 4 turns at once',
    'may invite     everybody of example.org and the people below; invites of anybody else are declined, and told so in a sentence',
    '               more than 30 of one person within a minute are declined too',
    '               rooms with others in them are declined',
    'no people      whoever matches @notices:*: never served',
    'person         @ann:example.org talks to two',
    'others         who may invite talk to one, the first agent, and are told that they have none of their own',
    'without agent  whoever gets none, or loses theirs, is told so once in a room: to ask the people who run this service',
    'rooms          a Space for every person, named "{name}\'s agents", with chats named "Chat {number}"; the room of the invite only points to them',
    'memory         one for every room; !clear begins a new one',
    'reply          grows in the room: the first edit after 2000 ms, at most 40 edits; one notice for what the agent does meanwhile; one notice for what waits; waiting texts one by one; at most 30 messages an answer',
    // further limits may follow
    expect.stringMatching(
      /^limits {9}connect 5000 ms, 5 tries; status 5000 ms; silence 120000 ms; turn 1800000 ms; frame 8388608 bytes; queue 100(;|$)/,
    ),
    'clear          !clear is done at once',
    'missed         what people wrote while the service was down is answered; after more than 24 h they are told instead',
    'files          a file waits for the next text of its person; with words of its own it goes at once; they land in the workspace itself, or in inboxes where people share one; files up to 104857600 bytes; as many of them as there is room for',
    'language       English, as long as a person does not choose another one by !language',
    'state          ./state, fsync on',
    'log            info, json',
    'ops            127.0.0.1 port 9090, for programs on this machine',
    'pushes         off',
  ]);
});

test('what is off or unusual is said', () => {
  const text = describeConfig(
    load(
      { MATRIX_PLATFORM_BACKEND: 'mock', OPS_PORT: 'off', STATE_FSYNC: 'off', PUSH_PORT: '7071' },
      'agents: [{ id: a }]\npolicy: { reply: { stream: final } }',
    ),
  );
  expect(text).toContain('backend        mock: a reference agent in this process answers for every agent\n');
  expect(text).toContain(
    'reply          shown when it is complete; one notice for what the agent does meanwhile; one notice for what waits; waiting texts one by one; at most 30 messages an answer\n',
  );
  expect(text).toContain('state          ./state, fsync off\n');
  expect(text).toMatch(/\nops {12}off\npushes {9}127\.0\.0\.1 port 7071, for no agent$/);
});

describe('the policy in words', () => {
  const rows = (registry: string) =>
    Object.fromEntries(
      describeConfig(load({}, registry))
        .split('\n')
        .map((line) => [line.slice(0, 15).trim(), line.slice(15)] as const)
        .filter(([name]) =>
          ['may invite', 'person', 'others', 'everybody', 'without agent', 'rooms', 'memory'].includes(name),
        ),
    );
  const ann = `user_agents: { '@ann:example.org': a }`;
  const declined = 'invites of anybody else are declined, and told so in a sentence';
  const inSpaces =
    'a Space for every person, named "{name}\'s agents", with chats named "Chat {number}"; the room of the invite only points to them';
  const inRoom = 'the room of the invite is the chat: the person is greeted and answered there, and no Space is made';
  const nobody = 'whoever gets none, or loses theirs, is told so';

  test('where nothing is set', () => {
    expect(rows('agents: [{ id: a }, { id: b, workspace_path: /b }]')).toEqual({
      'may invite': `everybody of example.org; ${declined}`,
      everybody: 'talks to a',
      'without agent': `${nobody} once in a room: to ask the people who run this service`,
      rooms: inSpaces,
      memory: 'one for every room; !clear begins a new one',
    });
  });

  test('where one room is the chat, and only named people are served', () => {
    const policy =
      '{ onboarding: { mode: dm }, context: { scope: person }, access: { unmapped: deny, deny_repeat: always, contact: "Ask\\nann@example.org" } }';
    expect(rows(`agents: [{ id: a }]\n${ann}\npolicy: ${policy}`)).toEqual({
      'may invite': `everybody of example.org and the people below; ${declined}`,
      person: '@ann:example.org talks to a',
      others: 'who may invite get no agent',
      'without agent': `${nobody} at every message: "Ask\\nann@example.org"`,
      rooms: inRoom,
      memory: 'one for every person, in all of their rooms; !clear begins a new one in all of them',
    });
  });

  test('where nobody may invite who is not named', () => {
    expect(rows(`agents: [{ id: a }]\n${ann}\npolicy: { access: { allowed: [] } }`)).toEqual({
      'may invite': `only the people below; ${declined}`,
      person: '@ann:example.org talks to a',
      'without agent': `${nobody} once in a room: to ask the people who run this service`,
      rooms: inSpaces,
      memory: 'one for every room; !clear begins a new one',
    });
  });

  test.each([
    ['["@*:*"]', 'everybody of every homeserver'],
    ['["@*:example.org", "@*:[::1]:8448"]', 'everybody of example.org and everybody of [::1]:8448'],
    ['["@team-*:*", "@*:*.example.org"]', 'whoever matches @team-*:* and whoever matches @*:*.example.org'],
    ['["@bob:b", "@cleo:c", "@?:d"]', '@bob:b, @cleo:c and whoever matches @?:d'],
  ])('whom %s lets in', (allowed, words) => {
    expect(rows(`agents: [{ id: a }]\npolicy: { access: { allowed: ${allowed} } }`)['may invite']).toBe(
      `${words}; ${declined}`,
    );
  });

  test('the language, and what rooms are called in it', () => {
    const text = describeConfig(
      load({}, 'agents: [{ id: a }]\npolicy: { language: ru, names: { chat: "No. {number}" } }'),
    );
    expect(text).toContain('language       Russian, as long as a person does not choose another one by !language\n');
    expect(text).toContain('a Space for every person, named "{name}: агенты", with chats named "No. {number}"');
  });

  test('the files of people', () => {
    const files = '{ mode: immediate, layout: incoming, max_bytes: 1024, quota_bytes: 2048 }';
    expect(describeConfig(load({}, `agents: [{ id: a }]\npolicy: { files: ${files} }`))).toContain(
      'files          each file goes to the agent at once; they land in its folder incoming, or in inboxes where people share one; files up to 1024 bytes; at most 2048 bytes of them in one workspace\n',
    );
  });

  test('the names of rooms and a long contact, in quotes on one line', () => {
    const policy = `{ names: { space: "Rooms of {name} (a@b)", chat: "No. {number}" }, access: { contact: ${'x'.repeat(2000)} } }`;
    const { rooms, 'without agent': told } = rows(`agents: [{ id: a }]\npolicy: ${policy}`);
    expect(rooms).toBe(
      'a Space for every person, named "Rooms of {name} (a@b)", with chats named "No. {number}"; the room of the invite only points to them',
    );
    expect(told).toBe(`${nobody} once in a room: "${'x'.repeat(238)}…`);
  });
});
