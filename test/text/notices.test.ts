import { expect, test } from 'vitest';
import { commands } from '../../machines/commands.ts';
import { Notice, Trouble, UserId } from '../../machines/model.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { code, nearestCommand } from '../../src/text/phrases.ts';
import { faultsOf } from './safe-html.ts';

const say = renderNotice(en);

const examples: Notice[] = Notice.options.map(({ shape }) => {
  const values = { name: 'hlep', position: 2, limit: 20, path: 'a.txt', text: 'Go?', waiting: 1, trouble: 'silent' };
  return Notice.parse({ ...values, person: '@ada:example.org', key: shape.key.value });
});

test('every notice has a short sentence without faults', () => {
  expect(examples.length).toBeGreaterThan(20);
  for (const notice of examples) {
    const { body, html = '' } = say(notice);
    expect(body).toMatch(/^[A-Z*][^]{20,}[a-z.!?`]$/);
    expect(body.length).toBeLessThan(500);
    expect(body).not.toMatch(/undefined|NaN|\[object/);
    expect(faultsOf(html)).toEqual([]);
  }
});

test('no two notices say the same', () => {
  expect(new Set(examples.map((notice) => say(notice).body)).size).toBe(examples.length);
});

test('the help names every command with its other names, and that one can just write', () => {
  expect(say({ key: 'help' })).toEqual({
    body: [
      '**Just write**, and the agent answers. Besides, I know:',
      '',
      '- `!help`: shows this list (also `!h`, `!?`)',
      '- `!stop`: stops the answer that is being written',
      '- `!retry`: asks the last unanswered message again',
      '- `!clear`: begins a new conversation: the agent forgets what was said here (also `!reset`)',
      '- `!yes`: agrees to what the agent asks',
      '- `!no`: declines what the agent asks',
    ].join('\n'),
    html: [
      '<p><strong>Just write</strong>, and the agent answers. Besides, I know:</p>',
      '<ul>',
      '<li><code>!help</code>: shows this list (also <code>!h</code>, <code>!?</code>)</li>',
      '<li><code>!stop</code>: stops the answer that is being written</li>',
      '<li><code>!retry</code>: asks the last unanswered message again</li>',
      '<li><code>!clear</code>: begins a new conversation: the agent forgets what was said here (also <code>!reset</code>)</li>',
      '<li><code>!yes</code>: agrees to what the agent asks</li>',
      '<li><code>!no</code>: declines what the agent asks</li>',
      '</ul>',
    ].join('\n'),
  });
  const listed = [...say({ key: 'help' }).body.matchAll(/^- `!(\w+)`/gm)].map(([, name]) => name);
  expect(listed).toEqual(commands.map(({ name }) => name));
});

test.each([
  ['hlep', 'help'],
  ['HELP', 'help'],
  ['sotp', 'stop'],
  ['retyr', 'retry'],
  ['cler', 'clear'],
  ['ys', 'yes'],
  ['n', 'no'],
  ['x', null],
  ['', null],
  ['weather', null],
  ['q'.repeat(100_000), null],
])('a person who writes !%.10s means %s', (written, meant) => {
  expect(nearestCommand(written)).toBe(meant);
});

test('an unknown command gets the nearest one or the help', () => {
  expect(say({ key: 'unknown command', name: 'hlep' }).body).toBe(
    'I do not know the command `!hlep`. Did you mean `!help`?',
  );
  expect(say({ key: 'unknown command', name: 'weather' }).body).toBe(
    'I do not know the command `!weather`. `!help` shows what I know.',
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
  ['x'.repeat(1_000_000), `\`${'x'.repeat(200)}…\``],
])('the value %.20j is shown as %.20s', (value, shown) => {
  expect(code(value)).toBe(shown);
});

test('values from outside stay values', () => {
  const evil = '`</code><script>alert(1)</script> **b** [x](https://evil.example)\n\n# h @room';
  const shown =
    '<code>`&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt; **b** [x](https://evil.example) # h @room</code>';
  expect(say({ key: 'agent sent a file', path: evil }).html).toBe(
    `The agent sent the file ${shown}, but I cannot bring files into this room yet. Ask it to write the content out.`,
  );
  expect(say({ key: 'unknown command', name: evil }).html).toBe(
    `I do not know the command ${shown.replace('<code>', '<code>!')}. <code>!help</code> shows what I know.`,
  );
  expect(say({ key: 'only for', person: UserId.parse('@a`<b>:x') }).html).toBe(
    'This room belongs to <code>@a`&lt;b&gt;:x</code>, so here I answer only them. ' +
      'Invite me to a room of your own to talk to me.',
  );
});

test('the question of an agent is Markdown that cannot leave its quote', () => {
  expect(say({ key: 'agent asks', text: 'Delete *all*?\n\n- a\n```\nrm' }).html).toBe(
    '<p>The agent asks:</p>\n<blockquote>\n<p>Delete <em>all</em>?</p>\n<ul>\n<li>a</li>\n</ul>\n' +
      '<pre><code>rm\n</code></pre>\n</blockquote>\n<p>Please answer <code>!yes</code> or <code>!no</code>.</p>',
  );
  const { body, html = '' } = say({ key: 'agent asks', text: 'Really? '.repeat(10_000) });
  expect(body.length).toBeLessThan(5_100);
  expect(html.endsWith('<p>…</p>\n</blockquote>\n<p>Please answer <code>!yes</code> or <code>!no</code>.</p>')).toBe(
    true,
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
    'connection-lost': true,
  });
});

test('counts read well', () => {
  expect([0, 1, 2].map((waiting) => say({ key: 'cleared', waiting }).body)).toEqual([
    'This is a new conversation: the agent no longer knows what was said above. Just write.',
    'This is a new conversation: the agent no longer knows what was said above. It begins with what is still in line: 1 message is waiting.',
    'This is a new conversation: the agent no longer knows what was said above. It begins with what is still in line: 2 messages are waiting.',
  ]);
});
