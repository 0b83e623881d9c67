import { describe, expect, test } from 'vitest';
import { commands } from '../../machines/commands.ts';
import {
  Trouble,
  whereNothingIsRead,
  whereOthersRead,
  type ChatLine,
  type Notice,
  type Place,
} from '../../machines/notices.ts';
import { RoomId, UserId } from '../../machines/ids.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice, type CommandWords, type NoticeWords } from '../../src/text/notices.ts';
import { code, nearestCommand } from '../../src/text/phrases.ts';
import { unlinked } from '../support/entry-words.ts';
import { formsOf, noticeKeys } from '../support/notice-samples.ts';
import { faultsOf } from './safe-html.ts';

const say = renderNotice(en, 'hs.test');

test.each(noticeKeys)('%s: a short sentence without faults, whatever its values', (key) => {
  for (const notice of formsOf(key)) {
    const { body, html = '' } = say(notice);
    expect(body).toMatch(/^[A-Z\d*][^]{10,}(?:[.!?]|^- .*)$/m);
    expect(body.length).toBeLessThan({ help: 1_400, greeting: 1_000, 'files wait': 1_300 }[key as string] ?? 700);
    expect(body).not.toMatch(/undefined|NaN|\[object/);
    expect(faultsOf(html)).toEqual([]);
  }
});

test('no two notices say the same', () => {
  const said = noticeKeys.flatMap((key) => [...new Set(formsOf(key).map((notice) => say(notice).body))]);
  expect(said.length).toBeGreaterThan(noticeKeys.length);
  expect(new Set(said).size).toBe(said.length);
});

test('a language that lacks words, or has some that nobody says, does not compile', () => {
  const { help, ...others } = en.notices;
  const { stop, ...rest } = en.commands;
  // @ts-expect-error: no words for the help
  const lacking: NoticeWords = others;
  // @ts-expect-error: there is no such notice
  const over: NoticeWords = { ...en.notices, 'good morning': () => '' };
  // @ts-expect-error: this notice knows of no name
  const untrue: NoticeWords = { ...en.notices, stopped: (values: { name: string }) => values.name };
  // @ts-expect-error: no words for !stop
  const silent: CommandWords = rest;
  // @ts-expect-error: nothing is written behind !retry
  const more: CommandWords = { ...en.commands, retry: { purpose: 'asks again', args: '<now>' } };
  // @ts-expect-error: something is written behind !new
  const less: CommandWords = { ...en.commands, new: { purpose: 'makes another chat' } };
  expect([help, stop, lacking, over, untrue, silent, more, less]).not.toContain(undefined);
});

test('the help says that one can just write, and lists every command of the table (as the README does)', () => {
  const { body, html = '' } = say({ key: 'help', inSpace: true });
  const [first, blank, ...lines] = body.split('\n');
  expect([first, blank]).toEqual(['**Just write** to talk to the agent. You can also use:', '']);
  expect(lines.map((line) => /^- `!(\w+)/.exec(line)?.[1])).toEqual(commands.map(({ name }) => name));
  expect(lines.filter((line) => /!help|!rename/.test(line))).toEqual([
    '- `!help`: shows this list (also `!h`, `!?`)',
    '- `!rename <name>`: renames this chat',
  ]);
  const [head, list, ...items] = html.split('\n');
  expect([head, list, items.pop()]).toEqual([
    '<p><strong>Just write</strong> to talk to the agent. You can also use:</p>',
    '<ul>',
    '</ul>',
  ]);
  expect(items.length).toBe(commands.length);
  expect(items.filter((item) => /!help|!rename/.test(item))).toEqual([
    '<li><code>!help</code>: shows this list (also <code>!h</code>, <code>!?</code>)</li>',
    '<li><code>!rename &lt;name&gt;</code>: renames this chat</li>',
  ]);
});

test('a person with one chat only does not hear of what needs a Space', () => {
  const listed = (body: string) => [...body.matchAll(/^- `!(\w+)/gm)].map(([, name]) => name);
  const useful = commands.filter(({ offered }) => offered === 'everywhere').map(({ name }) => name);
  expect(useful.length).toBeLessThan(commands.length);
  expect(listed(say({ key: 'help', inSpace: false }).body)).toEqual(useful);
  const greeting = say({ key: 'greeting', defaultAgent: false, inSpace: false }).body;
  expect(listed(greeting)).toEqual(['help', 'stop', 'clear', 'save', 'load', 'context']);
});

test.each([
  ['hlep', 'help'],
  ['HELP', 'help'],
  ['sotp', 'stop'],
  ['retyr', 'retry'],
  ['cler', 'clear'],
  ['ys', 'yes'],
  ['n', 'no'],
  ['nw', 'new'],
  ['chat', 'chats'],
  ['renmae', 'rename'],
  ['archve', 'archive'],
  ['unarchve', 'unarchive'],
  ['who-am-i', 'whoami'],
  ['x', null],
  ['', null],
  ['weather', null],
  ['q'.repeat(100_000), null],
])('a person who writes !%.10s means %s', (written, meant) => {
  expect(nearestCommand(written)).toBe(meant);
});

test('an unknown command gets the nearest one or the help', () => {
  expect(say({ key: 'unknown command', name: 'hlep' }).body).toBe(
    'I don’t know the command `!hlep`. Did you mean `!help`?',
  );
  expect(say({ key: 'unknown command', name: 'weather' }).body).toBe(
    'I don’t know the command `!weather`. `!help` shows what I know.',
  );
});

test.each<[Place | undefined, string, string]>([
  [undefined, 'stpo', 'Did you mean `!stop`?'],
  ['chat', 'chat', 'Did you mean `!chats`?'],
  ['only chat', 'chat', '`!help` shows what I know.'],
  ['only chat', 'stpo', 'Did you mean `!stop`?'],
  ['entry', 'stpo', '`!help` shows what I know.'],
  ['entry', 'nw', 'Did you mean `!new`?'],
  ['refused', 'hlep', 'As long as there’s no agent for you, I only know `!whoami` and `!language` here.'],
  ['refused', 'whoam', 'Did you mean `!whoami`?'],
])('only what works in that room is named (%s: !%s)', (place, name, advice) => {
  const { body } = say({ key: 'unknown command', name, ...(place !== undefined && { place }) });
  expect(body).toBe(`I don’t know the command \`!${name}\`. ${advice}`);
});

test('where the agent has one memory, !clear is said to empty that', () => {
  for (const key of ['help', 'greeting'] as const) {
    const line = (oneMemory: boolean) =>
      say({ key, inSpace: false, defaultAgent: false, oneMemory }).body.match(/^- `!clear`.*$/m)?.[0];
    expect([line(false), line(true)]).toEqual([
      '- `!clear`: starts over: the agent forgets what was said here (also `!reset`)',
      '- `!clear`: starts over in all your rooms: the agent forgets what was said in them (also `!reset`)',
    ]);
  }
});

test('a chat that was lost on the way is not said to be refused', () => {
  expect(say({ key: 'chat could not be made', code: 'ROOM_GONE' }).body).toBe(
    'Your new chat was gone before it was ready. Please try again with `!new`. If it keeps failing, tell the people who run this service.',
  );
});

test.each([
  ['plain', '`plain`'],
  ['*a* _b_ [c](https://d) <e>', '`*a* _b_ [c](https://d) <e>`'],
  ['a`b', '`` a`b ``'],
  ['`', '`` ` ``'],
  ['``a', '``` ``a ```'],
  ['two\n\n# lines\r\n', '`two # lines`'],
  ['\0\u202eexe', '`\ufffdexe`'],
  ['', '` `'],
  ['\u200b', '` `'],
  ['👩‍👩‍👧'.repeat(300), `\`${'👩‍👩‍👧'.repeat(200)}…\``],
  ['x'.repeat(1_000_000), `\`${'x'.repeat(200)}…\``],
])('the value %.20j is shown as %.20s', (value, shown) => {
  expect(code(value)).toBe(shown);
});

test('values from outside stay values', () => {
  const evil = '`</code><script>alert(1)</script> **b** [x](https://evil.example)\n\n# h @room';
  const shown =
    '<code>`&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt; **b** [x](https://evil.example) # h @room</code>';
  expect(say({ key: 'files are gone', names: [evil] }).html).toBe(
    `The file ${shown} is gone from the agent’s folder, so it can’t go along. If the agent still needs it, please send it again.`,
  );
  expect(say({ key: 'unknown command', name: evil }).html).toBe(
    `I don’t know the command ${shown.replace('<code>', '<code>!')}. <code>!help</code> shows what I know.`,
  );
  expect(say({ key: 'only for', person: UserId.parse('@a`<b>:x') }).html).toBe(
    'Here I only answer <a href="https://matrix.to/#/%40a%60%3Cb%3E%3Ax"><code>@a`&lt;b&gt;:x</code></a>. ' +
      'To talk to me, invite me to a room of your own.',
  );
});

test('the question of an agent is Markdown that cannot leave its quote', () => {
  expect(say({ key: 'agent asks', text: 'Delete *all*?\n\n- a\n```\nrm' }).html).toBe(
    '<p>The agent asks:</p>\n<blockquote>\n<p>Delete <em>all</em>?</p>\n<ul>\n<li>a</li>\n</ul>\n' +
      '<pre><code>rm</code></pre>\n</blockquote>\n<p>Please answer <code>!yes</code> or <code>!no</code>.</p>',
  );
  const { body, html = '' } = say({ key: 'agent asks', text: 'Really? '.repeat(10_000) });
  expect(body.length).toBeLessThan(5_100);
  expect(html.endsWith('<p>…</p>\n</blockquote>\n<p>Please answer <code>!yes</code> or <code>!no</code>.</p>')).toBe(
    true,
  );
});

test('of a question only what is for the reader is shown', () => {
  const text = `Run \u001b[31mthis\u001b[0m? <!-- x -->![plot](data:image/png;base64,${'A'.repeat(9_000)})`;
  expect(say({ key: 'agent asks', text }).body).toBe(
    'The agent asks:\n\n> Run this? [image: plot]\n\nPlease answer `!yes` or `!no`.',
  );
});

test('a question of mere marks is cut down to a message that can be sent', () => {
  const { body, html = '' } = say({ key: 'agent asks', text: '<"&'.repeat(10_000) });
  expect(2 * (JSON.stringify(body).length + JSON.stringify(html).length)).toBeLessThan(60_000);
});

test('each trouble says whether to ask the same again', () => {
  const advice = Trouble.options.map((trouble) => [
    trouble,
    say({ key: 'trouble', trouble }).body.includes('`!retry`'),
  ]);
  expect(Object.fromEntries(advice)).toEqual({
    unreachable: true,
    'no-status': true,
    protocol: true,
    silent: true,
    'too-long': false,
    'too-big': false,
    'agent-error': true,
    'files-unseen': true,
    'connection-lost': true,
    'not-saved': true,
    'save-is-gone': false,
    'workspace-unseen': false,
    'model-denied': true,
    'model-not-found': true,
    'model-busy': true,
    'model-failed': true,
    'model-unreachable': true,
    'model-broke-off': true,
    'model-filtered': true,
    'model-prompt-too-long': false,
    'model-answer-cut': false,
  });
});

test('counts read well', () => {
  expect([0, 1, 2].map((waiting) => say({ key: 'cleared', waiting }).body)).toEqual([
    'This chat starts over: the agent no longer knows what was said above.',
    'This chat starts over: the agent no longer knows what was said above. It goes on with what you sent already: 1 message is waiting.',
    'This chat starts over: the agent no longer knows what was said above. It goes on with what you sent already: 2 messages are waiting.',
  ]);
  expect([1, 2].map((files) => say({ key: 'cleared', waiting: 0, files }).body)).toEqual([
    'This chat starts over: the agent no longer knows what was said above. 1 file is waiting for your next message: `!list` shows it.',
    'This chat starts over: the agent no longer knows what was said above. 2 files are waiting for your next message: `!list` shows them.',
  ]);
});

test('what is said in every kind of room is true in each of them', () => {
  const where = { room: RoomId.parse('!r:test') };
  expect(say({ key: 'others are here', ...where }).body).toBe(
    'I didn’t join [that room](https://matrix.to/#/%21r%3Atest), because others can read along there. I talk with one person at a time.',
  );
  expect(say({ key: 'edit came too late' }).body).toBe(
    'The agent got this message before your edit. `!retry` asks again with the new words, once the answer is complete.',
  );
  expect(say({ key: 'chat is unarchived', chat: 'Rome', number: 2 }).body).toBe(
    'The chat `Rome` is in your list now, as number 2. If you had left it, please accept the new invitation.',
  );
});

test('the help among others says how the bot is spoken to', () => {
  const [alone, among] = [false, true].map((company) => say({ key: 'help', inSpace: false, company }).body);
  expect([alone, among].map((body) => body?.split('\n')[0])).toEqual([
    '**Just write** to talk to the agent. You can also use:',
    '**Mention me or reply to me** to talk to the agent. You can also use:',
  ]);
});

test('a memory of all rooms is said to be forgotten in all of them', () => {
  expect([
    say({ key: 'cleared', waiting: 0, oneMemory: true }).body,
    say({ key: 'clear is meant?', oneMemory: true }).body,
    say({ key: 'conversation is saved', save: 'notes', cleared: true, oneMemory: true }).body,
  ]).toEqual([
    'You start over in all your rooms: the agent no longer knows what was said in any of them.',
    'Should all your rooms start over? The agent will forget what was said in any of them. `!yes`, `!no`, or `!save` to save it first.',
    'The conversation is saved as `notes`, and you start over in all your rooms. `!load` brings it back.',
  ]);
});

describe('the greeting', () => {
  const commandsNamed = [
    '- `!help`: shows this list (also `!h`, `!?`)',
    '- `!stop [all]`: stops the current answer, with `all` what waits too',
    '- `!clear`: starts over: the agent forgets what was said here (also `!reset`)',
    '- `!new [name]`: makes another chat',
    '- `!chats [all]`: lists your chats, with `all` the archived ones too',
    '- `!save [name]`: has the agent save this conversation',
    '- `!load [name]`: lists your saves and brings one into this chat',
    '- `!branch [name]`: goes on from here in a new chat too',
    '- `!context`: shows what the agent’s memory of this chat is',
  ].join('\n');

  test('says that one can just write, and names commands of the table', () => {
    expect(say({ key: 'greeting', defaultAgent: false, inSpace: true }).body).toBe(
      `Hello! **Just write**, and your agent answers here. Useful commands:\n\n${commandsNamed}`,
    );
  });

  test('says when the default agent answers', () => {
    expect(say({ key: 'greeting', defaultAgent: true, inSpace: true }).body).toBe(
      'Hello! **Just write**, and the default agent answers here. ' +
        `Once you have an agent of your own, it takes over by itself. Useful commands:\n\n${commandsNamed}`,
    );
  });
});

test('the list of saves has numbers and dates', () => {
  const saves = [
    { name: 'notes', at: Date.UTC(2026, 10, 28, 0, 45) },
    { name: 'trip_2', at: 0 },
  ];
  expect(say({ key: 'choose a save', saves }).body).toBe(
    'Which one should the agent read?\n\n1. `notes`, 28 Nov 2026, 00:45 UTC\n2. `trip_2`, 1 Jan 1970, 00:00 UTC\n\n' +
      'Write its number, or `0` for none.',
  );
});

test('the list of saves is cut to what can be sent', () => {
  const saves = Array.from({ length: 100 }, (_, at) => ({ name: `${at}-`.padEnd(64, 'x'), at }));
  const { body } = say({ key: 'choose a save', saves });
  expect(body).toMatch(/and \d\d more, which you can load by name\n\nWrite its number, or `0` for none\.$/);
  expect(Buffer.byteLength(body)).toBeLessThan(6_500);
});

test('what the agent knows is told line by line', () => {
  const told: Notice<'context'> = {
    key: 'context',
    ...{ chat: 'Plans', number: 2, agent: 'Scribe', contextId: '7', loaded: { name: 'notes', at: 0 } },
    ...{ tokens: { last: 5, total: 12 }, saves: [{ name: 'notes', at: 0 }] },
  };
  expect(say(told).body.split('\n').slice(2)).toEqual([
    '- Chat: `Plans`, number 2',
    '- Agent: `Scribe`',
    '- Memory: `7`',
    '- Loaded: `notes`, 1 Jan 1970, 00:00 UTC',
    '- Tokens: 5 for the last answer, 12 in all',
    '- Save: `notes`, 1 Jan 1970, 00:00 UTC',
  ]);
  const nothing = { chat: null, number: null, loaded: null, tokens: { last: 0, total: 0 }, saves: [] };
  expect(say({ ...told, ...nothing }).body).toBe(
    'What the agent knows here:\n\n- Agent: `Scribe`\n- Memory: `7`\n- Loaded: nothing\n- Tokens: unknown\n' +
      '- Saves with this agent: none',
  );
});

describe('the list of chats', () => {
  const chat = (number: number, name: string, archived = false, room = `!${name}:test`) =>
    ({ number, name, archived, room: RoomId.parse(room) }) satisfies ChatLine;

  test('has numbers, names and beside each name a link', () => {
    expect(say({ key: 'chats', chats: [chat(1, 'Rome'), chat(12, 'Oslo')], archived: 0 })).toEqual({
      body: [
        'Your chats:',
        '',
        '- **1**: `Rome` ([open](https://matrix.to/#/%21Rome%3Atest?via=hs.test))',
        '- **12**: `Oslo` ([open](https://matrix.to/#/%21Oslo%3Atest?via=hs.test))',
        '',
        '`!new` makes another one.',
      ].join('\n'),
      html: [
        '<p>Your chats:</p>',
        '<ul>',
        '<li><strong>1</strong>: <code>Rome</code> (<a href="https://matrix.to/#/%21Rome%3Atest?via=hs.test">open</a>)</li>',
        '<li><strong>12</strong>: <code>Oslo</code> (<a href="https://matrix.to/#/%21Oslo%3Atest?via=hs.test">open</a>)</li>',
        '</ul>',
        '<p><code>!new</code> makes another one.</p>',
      ].join('\n'),
    });
  });

  test('says in an archived one how it is brought back', () => {
    const back = 'This chat is archived. `!unarchive 3` brings it back into your list.';
    expect(say({ key: 'you write in an archived chat', number: 3 }).body).toBe(back);
  });

  test('counts archived ones, or marks them', () => {
    const last = (archived: number, ...chats: ChatLine[]) =>
      say({ key: 'chats', chats, archived }).body.split('\n').at(-1);
    expect(last(1, chat(1, 'Rome'))).toBe('`!new` makes another one. 1 chat is archived: `!chats all` lists it too.');
    expect(last(2, chat(1, 'Rome'))).toBe(
      '`!new` makes another one. 2 chats are archived: `!chats all` lists them too.',
    );
    expect(last(2)).toBe(
      'You have no open chats. 2 chats are archived: `!chats all` lists them, `!new` makes another one.',
    );
    expect(say({ key: 'chats', chats: [chat(1, 'Rome', true), chat(2, 'Oslo')], archived: 0 }).body).toBe(
      [
        'Your chats:',
        '',
        '- **1**: `Rome` ([open](https://matrix.to/#/%21Rome%3Atest?via=hs.test)), archived',
        '- **2**: `Oslo` ([open](https://matrix.to/#/%21Oslo%3Atest?via=hs.test))',
        '',
        '`!new` makes another one, `!unarchive 1` brings `Rome` back.',
      ].join('\n'),
    );
  });

  test('is cut to what can be sent', () => {
    const chats = Array.from({ length: 5_000 }, (_, index) =>
      chat(index + 1, '<&'.repeat(100), false, `!${index}:test`),
    );
    const { body } = say({ key: 'chats', chats, archived: 0 });
    const shown = body.split('\n').filter((line) => line.startsWith('- **')).length;
    expect(shown).toBeGreaterThan(10);
    expect(body).toContain(`\n- and ${5_000 - shown} more\n\n`);
    expect(Buffer.byteLength(body)).toBeLessThan(6_500);
  });

  test.each([
    ['a](https://evil.example) [b', '<code>a](https://evil.example) [b</code>'],
    ['`](https://evil.example)`', '<code>`](https://evil.example)`</code>'],
    ['<img src=x>\n\n# h', '<code>&lt;img src=x&gt; # h</code>'],
    ['\\', '<code>\\</code>'],
    ['', '<code> </code>'],
  ])('has the name %j as a name', (name, shown) => {
    const { html = '' } = say({ key: 'chats', chats: [chat(1, name, false, '!r:test')], archived: 0 });
    expect(html).toContain(`: ${shown} (<a href="https://matrix.to/#/%21r%3Atest?via=hs.test">open</a>)</li>`);
    expect(faultsOf(html)).toEqual([]);
  });

  test.each([
    ['!a)b(c:test', '%21a%29b%28c%3Atest'],
    ['!Ab_-9/+=', '%21Ab%5F-9%2F%2B%3D'],
    ["!a'*~ b", '%21a%27%2A%7E%20b'],
    ['!"><b>', '%21%22%3E%3Cb%3E'],
    ['!a\ud800', '%21a%EF%BF%BD'],
  ])('leads to the room %j whatever its id', (room, encoded) => {
    const { html } = say({ key: 'chats', chats: [chat(1, 'x', false, room)], archived: 0 });
    expect(html).toContain(`<code>x</code> (<a href="https://matrix.to/#/${encoded}?via=hs.test">open</a>)`);
  });
});

describe('where a client shows ids in place of links to what it does not know', () => {
  const room = RoomId.parse('!tqSZ:hs.test');
  const list = [{ number: 1, name: 'Trip', archived: false, room }];
  /** What such a client shows of it. */
  const shown = (notice: Notice) =>
    (say(notice).html ?? '')
      .replace(/<a href="https:\/\/matrix\.to\/#\/([^"?]*)[^"]*">.*?<\/a>/g, (_, id: string) => decodeURIComponent(id))
      .replace(/<[^>]*>/g, '');

  test.each<[Notice, string]>([
    [{ key: 'chats', chats: list, archived: 0 }, 'Trip (!tqSZ:hs.test)'],
    [
      { key: 'chats', chats: list.map((one) => ({ ...one, archived: true })), archived: 0 },
      'Trip (!tqSZ:hs.test), archived',
    ],
    [{ key: 'chat is ready', chat: 'Trip', number: 1, room }, 'chat: Trip (!tqSZ:hs.test).'],
    [{ key: 'chat is ready', chat: 'Trip', number: 2, room }, 'Here is your chat Trip (!tqSZ:hs.test), number 2'],
    [{ key: 'access is restored', chats: 1, list, invited: 0 }, 'but in your chat: Trip (!tqSZ:hs.test).'],
    [{ key: 'access is restored', chats: 1, list, invited: 1 }, 'go on in your chat: Trip (!tqSZ:hs.test).'],
    [{ key: 'room could not be entered', room }, 'the room you invited me to (!tqSZ:hs.test)'],
    [{ key: 'only for', person: UserId.parse('@ann:hs.test') }, 'only answer @ann:hs.test. To'],
  ])('%j still says what it is about', (notice, said) => {
    expect(shown(notice)).toContain(said);
  });

  test.each([
    ['hs.test', 'hs.test'],
    ['hs.test:8448', 'hs.test%3A8448'],
    ['[2001:db8::1]:8448', '%5B2001%3Adb8%3A%3A1%5D%3A8448'],
    ['a)b"<c>&d', 'a%29b%22%3Cc%3E%26d'],
  ])('rooms are reached through the server %s, people by their id alone', (server, encoded) => {
    const { body, html } = renderNotice(en, server)({ key: 'chats', chats: list, archived: 0 });
    expect(body).toContain(`(https://matrix.to/#/%21tqSZ%3Ahs.test?via=${encoded}))`);
    expect(html).toContain(`<a href="https://matrix.to/#/%21tqSZ%3Ahs.test?via=${encoded}">open</a>`);
    expect(renderNotice(en, server)({ key: 'only for', person: UserId.parse('@ann:hs.test') }).body).toContain(
      '(https://matrix.to/#/%40ann%3Ahs.test)',
    );
  });
});

describe('who has no agent', () => {
  test('is told whom to ask', () => {
    expect(say({ key: 'no agent for you', contact: null })).toEqual({
      body: 'There’s no agent for you yet, so I can’t answer here. Please ask the people who run this service for access.',
    });
  });

  test('reads the words of the operator, as Markdown', () => {
    expect(say({ key: 'no agent for you', contact: 'Ask [us](mailto:help@example.org):\n\n- *today*\n' })).toEqual({
      body: 'There’s no agent for you yet, so I can’t answer here.\n\nAsk [us](mailto:help@example.org):\n\n- *today*',
      html:
        '<p>There’s no agent for you yet, so I can’t answer here.</p>\n' +
        '<p>Ask <a href="mailto:help@example.org">us</a>:</p>\n<ul>\n<li><em>today</em></li>\n</ul>',
    });
  });

  test('reads nothing that an answer may not hold either', () => {
    const contact = '<script>alert(1)</script> [a](javascript:alert(1)) ![x](https://evil.example/x.png)\u202e\0';
    const { html = '' } = say({ key: 'no agent for you', contact });
    expect(faultsOf(html)).toEqual([]);
    expect(html).not.toMatch(/<script|href="javascript|<img/);
    const { body } = say({ key: 'no agent for you', contact: 'Ask us. '.repeat(10_000) });
    expect(Buffer.byteLength(body)).toBeLessThan(5_100);
    expect(body.endsWith('\n\n…')).toBe(true);
  });
});

test('names and ids in the sentences about chats stay values', () => {
  const evil = '`</code>*b* [x](https://evil.example)';
  const shown = '<code>`&lt;/code&gt;*b* [x](https://evil.example)</code>';
  const notices: Notice[] = [
    { key: 'agent changed', agent: evil },
    { key: 'chat is ready', chat: evil, number: 3 },
    { key: 'chat could not be made', code: evil },
    { key: 'chat is renamed', chat: evil },
    { key: 'name could not be set', code: evil },
    { key: 'chat is archived', chat: evil, number: 3 },
    { key: 'chat is unarchived', chat: evil, number: 3 },
    { key: 'your agent', agent: evil, configured: true },
    { key: 'your agent', agent: evil, configured: false },
    { key: 'you are', person: UserId.parse(`@${evil.replaceAll(':', '')}:x`) },
  ];
  for (const notice of notices) {
    const { html = '' } = say(notice);
    expect(html).toContain(notice.key === 'you are' ? '<code>@`&lt;/code&gt;*b* [x](https' : shown);
    expect(html).not.toMatch(/<em>|<a /);
    expect(faultsOf(html)).toEqual([]);
  }
});

test.each(['M_INVITE_BLOCKED', 'ORG.MATRIX.MSC4155.INVITE_BLOCKED'])(
  'who takes no invitations reads what they can do about it (%s)',
  (code) => {
    for (const key of ['chat could not be made', 'Space could not be made'] as const) {
      const { body } = say({ key, code });
      expect(body).toMatch(
        /^I couldn’t bring you into a new (chat|Space), because your account doesn’t take invitations from me/,
      );
      expect(body).not.toContain('tell the people');
    }
  },
);

test('the length of an answer is blamed only where the homeserver says so', () => {
  expect(say({ key: 'answer was refused', tooLarge: true }).body).toContain('too large');
  for (const notice of [
    { key: 'answer was refused', tooLarge: false },
    { key: 'answer was refused', tooLarge: undefined },
  ] as const) {
    expect(say(notice).body).toMatch(/`!retry` tries again\.$/);
  }
});

test('one chat is one chat', () => {
  const chat = (number: number) => ({ number, name: `Chat ${number}`, archived: false, room: RoomId.parse('!a:test') });
  const there = (invited: number, ...numbers: number[]) =>
    unlinked(say({ key: 'access is restored', chats: numbers.length, list: numbers.map(chat), invited }).body);
  const another = ' Want another one? Write `!new` here.';
  expect([there(0, 1), there(0, 1, 2), there(1, 1), there(3, 1, 2)]).toEqual([
    `I don’t answer here, but in your chat: \`Chat 1\` (open).${another}`,
    `I don’t answer here, but in your chats: \`Chat 1\` (open), \`Chat 2\` (open).${another}`,
    `Welcome back! I’ve sent you an invitation. Please accept, and go on in your chat: \`Chat 1\` (open).${another}`,
    `Welcome back! I’ve sent you 3 invitations. Please accept, and go on in your chats: \`Chat 1\` (open), \`Chat 2\` (open).${another}`,
  ]);
});

test('where others read along, nobody reads there what the chats are called', () => {
  const room = RoomId.parse('!a:test');
  const list = ['Divorce', 'Salary'].map((name, index) => ({ number: index + 1, name, archived: false, room }));
  const there = (invited: number, count: number) =>
    say(whereOthersRead({ key: 'access is restored', chats: count, list: list.slice(0, count), invited })).body;
  expect([there(0, 2), there(1, 1)]).toEqual([
    'I don’t answer here, but in your chats, over in your Space. Want another one? Write `!new` here.',
    'Welcome back! I’ve sent you an invitation. Please accept, and go on in your chat, over in your Space. Want another one? Write `!new` here.',
  ]);
});

test('where nothing is read, nothing is offered to be written', () => {
  const list = [{ number: 1, name: 'Chat 1', archived: false, room: RoomId.parse('!a:test') }];
  for (const notice of [
    { key: 'chat is ready', chat: 'Chat 1', number: 1 },
    { key: 'access is restored', chats: 1, list, invited: 0 },
    { key: 'chat could not be made', code: 'M_FORBIDDEN' },
    { key: 'chat could not be made', code: 'M_INVITE_BLOCKED' },
    { key: 'Space could not be made', code: 'M_FORBIDDEN' },
    { key: 'Space could not be made', code: 'M_INVITE_BLOCKED' },
    { key: 'invitations were refused', code: 'M_FORBIDDEN' },
  ] as const) {
    const [plain, encrypted] = [say(notice).body, say(whereNothingIsRead(notice)).body];
    expect(plain).toMatch(/`!new`|write here/);
    expect(encrypted).not.toMatch(/`!new` here|(?:then|please) write here|with `!new`/i);
  }
});

test('an entry room says what can be written there, and who answers elsewhere', () => {
  const { body } = say({ key: 'help', inSpace: true, entry: true });
  const offered = [...body.matchAll(/^- `!(\w+)/gm)].map(([, name]) => name);
  expect(offered).toEqual(['help', 'new', 'chats', 'unarchive', 'agent', 'whoami', 'language']);
  expect(body).not.toContain('Just write');
  expect(say({ key: 'your agent', agent: 'A', configured: true, entry: true }).body).toMatch(/^In your chats you talk/);
});
