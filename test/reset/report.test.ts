import { expect, test } from 'vitest';
import type { RoomId } from '../../machines/ids.ts';
import { UserId } from '../../machines/ids.ts';
import { describeReset, isComplete, type ResetOutcome, type RoomOutcome } from '../../src/reset/report.ts';

const part = (name: string, records: number, damaged = 0) => ({ name, records, damaged });
const room = (name: string, more: Partial<RoomOutcome> = {}): RoomOutcome => ({
  ...{ room: `!${name}:test` as RoomId, membership: 'join', name: null, problem: null },
  ...more,
});
const outcome = (more: Partial<ResetOutcome> = {}): ResetOutcome => ({
  ...{
    mode: 'local-only',
    dryRun: false,
    user: UserId.parse('@bot:test'),
    homeserver: 'https://test',
    folder: './state',
  },
  contents: { parts: [part('host state', 1), part('rooms', 12, 1), part('people', 0)], others: [] },
  ...{ localProblem: null, rooms: null, sessionStays: false },
  ...more,
});
const server = (more: Partial<ResetOutcome> = {}) => outcome({ mode: 'server-leave-forget', rooms: [], ...more });

test('the local state was deleted', () => {
  expect(describeReset(outcome())).toBe(`roomkeeper reset --mode local-only: a tool for development.

Homeserver: not contacted.

Local state in ./state, deleted:
  host state  1 record
  rooms       12 records, 1 damaged
  people      absent

What stays:
  - The bot stays in its rooms and Spaces: the next start rebuilds its records from the homeserver. Messages and answers that waited in the folder do not come back.
  - The agents keep what they remember, and the files in their workspaces. The sessions of the service stay in the account of the bot.
  - By hand: nothing to do in the clients. To take the bot out of its rooms too: --mode server-leave-forget.`);
});

test('rooms were left, and invites declined', () => {
  const rooms = [room('a', { name: 'Chat "1"' }), room('b', { membership: 'invite' })];
  expect(describeReset(server({ rooms }))).toBe(`roomkeeper reset --mode server-leave-forget: a tool for development.

Homeserver: @bot:test on https://test, 2 of 1 room and 1 invite left and forgotten:
  left      !a:test "Chat \\"1\\""
  declined  !b:test

Local state in ./state, deleted:
  host state  1 record
  rooms       12 records, 1 damaged
  people      absent

What stays:
  - No room is deleted: only the account of the bot leaves. For everybody else rooms and Spaces go on, with their history.
  - By hand, each person in their own client: leave and forget the rooms that are not wanted any more, and the Space, which otherwise stays in the list.
  - The agents keep what they remember, and the files in their workspaces. The sessions of the service stay in the account of the bot.
  - The next start begins afresh: to the bot, whoever invites it is new.`);
});

const section = (text: string, begin: string) => text.split('\n\n').find((one) => one.startsWith(begin));

test('a dry run says what would be done, and that nothing was', () => {
  const rooms = [room('a'), room('b', { membership: 'invite', name: 'Chat' })];
  const text = describeReset(server({ dryRun: true, rooms }));
  expect(text).toMatch(/: a tool for development\.\nThis is a dry run: nothing was changed\.\n/);
  expect(section(text, 'Homeserver')).toBe(
    `Homeserver: @bot:test on https://test, 1 room and 1 invite would be left and forgotten:
  room      !a:test
  invite    !b:test "Chat"`,
  );
  expect(section(text, 'Local')).toMatch(/^Local state in \.\/state, would be deleted:\n/);
  expect(text).not.toContain('begins afresh');
});

test('what could not be left is named, with the reason, and what follows from it', () => {
  const rooms = [room('a'), room('b', { problem: 'M_FORBIDDEN: No' })];
  const partly = server({ rooms, localProblem: 'kept, because not every room was left', sessionStays: true });
  const text = describeReset(partly);
  expect(section(text, 'Homeserver')).toBe(
    `Homeserver: @bot:test on https://test, 1 of 2 rooms and 0 invites left and forgotten:
  left      !a:test
  NOT LEFT  !b:test: M_FORBIDDEN: No`,
  );
  expect(section(text, 'Local')).toMatch(/^Local state in \.\/state, kept, because not every room was left:\n/);
  expect(section(text, 'What stays')?.split('\n').slice(1, 3)).toEqual([
    '  - The bot is still in the rooms that were not left: run the same command again.',
    '  - The session of this reset could not be logged out; it is in the list of the bot.',
  ]);
  expect(text).not.toContain('begins afresh');
});

test('nothing to do is said too', () => {
  const text = describeReset(server({ contents: null }));
  expect(section(text, 'Homeserver')).toBe(
    'Homeserver: @bot:test on https://test is in no room and has no invite; nothing to leave.',
  );
  expect(section(text, 'Local')).toBe('Local state: there is no folder ./state; nothing to delete.');
});

test('files of others are named, up to twenty', () => {
  const names = Array.from({ length: 22 }, (_, index) => `f${index}`);
  const text = describeReset(outcome({ contents: { parts: [part('rooms', 1)], others: names } }));
  expect(section(text, 'Local')?.split('\n').at(-1)).toBe(
    `  not records of the service, kept: ${names.slice(0, 20).join(', ')} and 2 more`,
  );
});

test('a name cannot steer the terminal, nor look like a line of the report', () => {
  const rooms = [room('a', { name: 'x\n  left  !b \u001b[2J\u202e', problem: 'E: \r\u0007' })];
  expect(section(describeReset(server({ rooms })), 'Homeserver')?.split('\n')).toEqual([
    expect.any(String),
    '  NOT LEFT  !a:test "x\\n  left  !b \\u001b[2J?": E: ??',
  ]);
});

test('a reset is complete when all was left and deleted', () => {
  expect([outcome(), server({ rooms: [room('a')] })].map(isComplete)).toEqual([true, true]);
  expect(isComplete(server({ rooms: [room('a'), room('b', { problem: 'No' })] }))).toBe(false);
  expect(isComplete(outcome({ localProblem: 'kept' }))).toBe(false);
});
