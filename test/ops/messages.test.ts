/** docs/messages.md says what the log can say, with its fields and the names of before; what concerns a turn names it. */
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixedMessages, type FixedMessage } from './messages.ts';

const root = path.join(import.meta.dirname, '../..');
const page = path.join(root, 'docs/messages.md');
let found: ReturnType<typeof fixedMessages>;

beforeAll(() => {
  found = fixedMessages(root);
}, 120_000);

/** What the earlier system called it (LOG-03, LOG-05). */
const before: Record<string, string[]> = {
  starting: ['the start line'],
  'configuration read': ['matrix_ws_debug_enabled', 'matrix_platform_backend_selected', 'matrix_agent_registry_loaded'],
  'agent configured': ['matrix_agent_registry_entry'],
  'agent called': [
    'matrix_incoming_message_route',
    'matrix_route_resolved',
    'agent_client_initialized',
    'agent_chat_api_build',
  ],
  'turn failed': ['matrix_message_platform_error', 'load_agent_call_failed', 'save_agent_call_failed'],
  'agent unreachable': ['matrix_message_platform_error'],
  'a save by words failed': ['save_context_incomplete', 'clear_context_incomplete', 'context_scope_incomplete'],
  'effect refused': ['matrix_entry_room_new_chat_failed', 'invite_workspace_provision_failed'],
  'room change refused': ['matrix_workspace_reinvite_failed', 'a Space or room could not be made'],
  'actor crashed, restarting': ['matrix_unregistered_room_bootstrap_failed'],
};
/** Nothing in the log any more: what they told of is an answer in the room, or cannot be. */
const gone = ['matrix_redirect_entry_room', 'reset_endpoint_unreachable', 'unregistered_room'];

function messages(): FixedMessage[] {
  const all = new Map<string, FixedMessage>();
  for (const { message, level, fields, file } of found) {
    if (message === null) continue;
    const other = all.get(`${message} ${level}`);
    const both = [...new Set([...(other?.fields ?? []), ...fields])].toSorted();
    all.set(`${message} ${level}`, { message, level, fields: both, file });
  }
  return [...all.values()].toSorted((one, other) => (one.message < other.message ? -1 : 1));
}

function rendered(): string {
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const rows = messages().map(
    ({ message, level, fields }) =>
      `| ${message} | ${level} | ${code(fields)} | ${(before[message] ?? []).map((name) => (/ /.test(name) ? name : `\`${name}\``)).join(', ')} |`,
  );
  return [
    '# What the log says',
    '',
    'Each line is a fixed message with fields; what varies stands in the fields, so that a message can be searched for and counted. With `LOG_FORMAT=json` a line is a JSON object: `level`, `time`, the fields, `msg`. Fields that are not known are left out or null. No line has a token, a password, or what a person or an agent said. `npm run examples` writes this page from the code.',
    '',
    'One line at info tells of each turn: `turn over`, with its outcome, its times and its sizes. All lines about a turn name `room`, `agent`, `turn` and `event`, so that what happened to one message is found by its event id.',
    '',
    '| message | level | fields | in the earlier system |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `Nothing in the log any more, since it is an answer in the room or cannot be: ${code(gone)}.`,
  ].join('\n');
}

test('the page says what the code says', async () => {
  const text = await format(rendered(), { ...(await resolveConfig(page)), filepath: page });
  await expect(text, '`npm run examples` writes it').toMatchFileSnapshot(page);
});

test('each message is fixed', () => {
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(({ message }) => message === null)).toEqual([]);
  expect(found.filter(({ message }) => /[\n:]\s*$/.test(message ?? ''))).toEqual([]);
});

test('each name of before has its place', () => {
  const known = new Set(messages().map(({ message }) => message));
  expect(Object.keys(before).filter((message) => !known.has(message))).toEqual([]);
});

describe('a line about a turn names its room, agent, message and turn', () => {
  test.each([
    ...['turn over', 'turn failed', 'agent unreachable', 'agent called', 'answer could not be kept'],
    ...[
      'message could not be written',
      'an agent sends more than is passed on in one turn',
      'ignored a frame of an agent',
    ],
    ...['an agent link failed', 'an agent link broke on what came in', 'the listener of an agent link failed'],
    ...['a save by words failed', 'what is done with a memory broke', 'frame of an agent', 'frame for an agent'],
  ])('%s', (message) => {
    const fields = messages().find((one) => one.message === message)?.fields ?? [];
    expect(fields).toEqual(expect.arrayContaining(['agent', 'event', 'room', 'turn']));
  });

  test.each(['turn failed', 'agent unreachable', 'an agent link failed', 'turn over'])('%s has a code', (message) => {
    expect(messages().find((one) => one.message === message)?.fields).toContain('trouble');
  });
});
