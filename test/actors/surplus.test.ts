/** Words behind a command that it does not take: they are told, they stop it, or they are the next text. */
import { describe, expect, it } from 'vitest';
import { commandEvent, type CommandName } from '../../machines/commands.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { agent, ann, bob, contextId, definition, eventId, freshRecord, ROOM } from './support.ts';

const author = { eventId: eventId('said'), sender: ann };
const facts = { contextId: contextId(8), more: true };
const room = freshRecord(ROOM);

/** What the room hears of `!name args`. */
function heard(name: CommandName, args: string, sender = ann): unknown[] {
  const event = commandEvent<CommandName>(name, args, { ...author, sender }, facts as never);
  return definition
    .classify(room.context, event as RoomEvent, undefined)
    .map(({ contextId: _, more: __, ...rest }) => rest);
}

const plain = (name: CommandName, more: object = {}) => ({ type: `command.${name}`, ...author, ...more });
const left = (command: CommandName, words: string, done: boolean) => ({
  type: 'words.left',
  ...author,
  command,
  words,
  done,
});

describe('what stands behind a command', () => {
  it.each<[CommandName, string, object[]]>([
    ['stop', 'now', [plain('stop'), left('stop', 'now', true)]],
    ['help', 'new', [plain('help'), left('help', 'new', true)]],
    ['stop', '\nDo this instead', [plain('stop'), left('stop', 'Do this instead', true)]],
    ['no', 'that is wrong', [plain('no'), left('no', 'that is wrong', true)]],
    ['agent', '👍', [plain('agent'), left('agent', '👍', true)]],
    ['rename', 'Rome\r\nand more', [plain('rename', { name: 'Rome' }), left('rename', 'and more', true)]],
    ['rename', 'x'.repeat(250), [plain('rename', { name: 'x'.repeat(200) }), left('rename', 'x'.repeat(50), true)]],
    ['chats', 'all of them', [plain('chats', { all: true }), left('chats', 'of them', true)]],
    ['chats', 'please', [plain('chats', { all: false }), left('chats', 'please', true)]],
    // The words may change what is wanted.
    ['archive', '3', [left('archive', '3', false)]],
    ['yes', 'but not the first', [left('yes', 'but not the first', false)]],
    ['retry', 'in German', [left('retry', 'in German', false)]],
    ['unarchive', '3 and 4', [left('unarchive', 'and 4', false)]],
    ['remove', '1 2', [left('remove', '2', false)]],
    ['remove', 'all the bugs', [left('remove', 'the bugs', false)]],
    ['remove', 'the bug in it', [left('remove', 'the bug in it', false)]],
    ['remove', 'notes.txt', [plain('remove', { number: null, all: false })]],
    ['remove', '#1', [plain('remove', { number: null, all: false })]],
    // What says nothing is nothing.
    ['yes', '.', [plain('yes')]],
    ['archive', ' \n', [plain('archive')]],
    ['unarchive', 'C3', [plain('unarchive', { number: 3 })]],
    ['unarchive', 'three', [plain('unarchive', { number: null })]],
    ['chats', 'ALL', [plain('chats', { all: true })]],
  ])('!%s %j', (name, args, expected) => {
    expect(heard(name, args)).toEqual(expected);
  });

  it('is the first text of the conversation that !clear begins', () => {
    const body = 'Begin with this\n\nand this';
    expect(heard('clear', `\n${body}`)).toEqual([
      plain('clear'),
      { type: 'text.received', text: { ...author, body, replyTo: null } },
    ]);
  });

  it.each([
    ['Rome\n\nWhen?', 'Rome', 'When?'],
    ['\nWhen?', null, 'When?'],
    ['x'.repeat(201), null, 'x'.repeat(201)],
    [`${'😀'.repeat(200)}\nWhen?`, '😀'.repeat(200), 'When?'],
  ])('is what is said first in the chat that !new makes: %j', (args, name, body) => {
    expect(heard('new', args)).toEqual([plain('new', { name, first: { ...author, body, replyTo: null } })]);
  });

  it('is said there by the one whose chat it becomes, and by nobody else', () => {
    const first = { ...author, body: 'When?', replyTo: null };
    const adopted: RoomEvent = {
      type: 'room.adopted',
      ...{ person: ann, agent, assignment: 'configured', contextId: contextId(9) },
      ...{ number: 1, name: 'Rome', archived: false, first },
    };
    const claimed = (person: typeof ann, role: 'chat' | 'refused' = 'chat') => ({
      claimed: {
        type: 'room.claimed',
        person,
        role,
        agent,
        assignment: 'configured',
        number: null,
        name: null,
      } as const,
      company: null,
    });
    const said = { type: 'text.received', text: first };
    const unknown = freshRecord(ROOM, { person: null });
    const hears = (record: typeof room, facts?: ReturnType<typeof claimed>) =>
      definition.classify(record.context, adopted, facts).filter(({ type }) => type === 'text.received');
    expect(hears(unknown, claimed(ann))).toEqual([said]);
    expect(hears(room)).toEqual([said]);
    expect(hears(unknown, claimed(bob))).toEqual([]);
    expect(hears(freshRecord(ROOM, { person: bob }))).toEqual([]);
  });

  it('of a bystander is one word', () => {
    expect(heard('clear', 'Begin with this', bob)).toEqual([{ type: 'bystander.spoke', ...author, sender: bob }]);
  });
});
