/** One of everything that can happen to a room, and what people send it: what the table plays. */
import { commandEvent, commands, type CommandName, type HostFacts, type Reading } from '../../machines/commands.ts';
import type { ReceivedFile, TrayFile } from '../../machines/files.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext, Text } from '../../machines/room.model.ts';

/** What a person can send. */
export type Message = Extract<RoomEvent, { type: `${string}.received` | `command.${string}` | 'bystander.spoke' }>;
type Happening = Exclude<RoomEvent, Message>;

const person = '@person:example.org' as RoomContext['person'] & string;
const somebody = '@somebody:example.org' as typeof person;
const eventId = '$message' as Text['eventId'];
const said = { eventId, sender: person };
const text: Text = { ...said, body: 'words', replyTo: null };
const context = '2' as RoomContext['contextId'];
const anotherContext = '3' as RoomContext['contextId'];
const agent = 'agent' as RoomContext['agent'];
const anotherAgent = 'another' as RoomContext['agent'];
const saves = [{ name: 'notes', at: 0 }];
const url = 'mxc://example.org/file' as TrayFile['url'];
const received: ReceivedFile = {
  ...{ type: 'document', name: 'file', mime: null, bytes: null, url, caption: null, voice: false },
};
const file: TrayFile = { event: eventId, name: 'file', type: 'document', mime: null, url, at: 0, there: null };
const lies = { path: 'file', name: 'file', bytes: 1, print: '' };
const pushed = { id: 'p', print: '', task: 'task' };
const work = { on: 'search', step: 1, steps: 2 };
const configured = { assignment: 'configured' } as const;

/** What stands behind a command, by how it is read. */
const written: Record<Reading, string> = {
  nothing: '',
  'a name': 'name',
  'a name and a text': 'name',
  'a number': '1',
  'a number or all': '1',
  'the word all': '',
  'a language': 'ru',
  'all or nothing': '',
};
const facts: HostFacts = { contextId: context, more: true, stamp: '20261128-004500' };

function command(name: CommandName, takes: Reading): Message {
  return commandEvent(name, written[takes], said, facts);
}

/** By type, so that a message that is missing here does not compile. */
const others: { [Type in Exclude<Message['type'], `command.${CommandName}`>]: Extract<Message, { type: Type }> } = {
  'text.received': { type: 'text.received', text },
  'file.received': { type: 'file.received', ...said, name: 'file', file: received },
  'thing.received': { type: 'thing.received', ...said, thing: 'sticker' },
  'bystander.spoke': { type: 'bystander.spoke', eventId, sender: somebody },
  'command.unknown': { type: 'command.unknown', ...said, name: 'unknown' },
};

/** What a person can send, as the columns of the table. */
export const messages: readonly Message[] = [
  ...Object.values(others),
  ...commands.map(({ name, takes }) => command(name, takes)),
];

/** What happens besides, in the variants that lead somewhere else; one that is missing here does not compile. */
const variants: { [Type in Happening['type']]: Omit<Extract<Happening, { type: Type }>, 'type' | 'turn'>[] } = {
  'room.invited': (['chat', 'entry', 'refused'] as const).map((role) => ({
    ...{ person, role, agent, ...configured, contextId: context },
  })),
  'room.claimed': [
    { person, role: 'chat', agent, ...configured, number: null, name: null },
    { person, role: 'chat', agent, assignment: 'default', number: null, name: null },
    { person, role: 'entry', agent, ...configured, number: null, name: null },
    { person, role: 'refused', agent, ...configured, number: 1, name: 'Chat 1' },
  ],
  'room.adopted': [
    { person, agent, ...configured, contextId: context, number: 1, name: 'Chat 1', archived: false },
    { person: somebody, agent, ...configured, contextId: context, number: 1, name: 'Chat 1', archived: false },
  ],
  'room.joined': [{}, { company: true }],
  'company.declined': [{}],
  'company.spoke': [{ eventId, sender: somebody }],
  'words.overheard': [{ eventId, sender: somebody }],
  'operator.asked': [{ eventId, sender: somebody, words: 'status' }],
  'words.missed': [{ ...said, text: { ...text, eventId: '$missed' as Text['eventId'] } }],
  'absence.over': [{ awayMs: 1 }],
  'join.refused': [{ code: 'M_FORBIDDEN' }, { code: 'GIVEN_UP' }],
  'room.given up': [{}],
  'room.left': [{}],
  'room.named': [{ name: 'name', sender: person }],
  'room.replaced': [{ replacement: '!other' as RoomContext['room'] }],
  'room.encrypted': [{ eventId }],
  'text.edited': [{ of: eventId, sender: person, body: 'other words' }],
  'text.withdrawn': [{ of: eventId }],
  'message.reacted': [{ of: eventId, key: '👍', eventId, sender: person }],
  'words.left': [{ ...said, command: 'stop', words: 'words', done: true }],
  'invite.declined': (['it is to a Space', 'it could not be entered'] as const).map((why) => ({
    room: '!other' as RoomContext['room'],
    why,
  })),
  'member.left': [{ user: person }],
  'stranger.spoke': [{ eventId, sender: somebody }],
  'agent.assigned': [
    { role: 'chat', agent, ...configured },
    { role: 'chat', agent: anotherAgent, assignment: 'default' },
    { role: 'entry', agent, ...configured },
    { role: 'refused', agent, ...configured },
  ],
  'context.assigned': [
    { contextId: context, oneMemory: false },
    { contextId: anotherContext, oneMemory: true },
  ],
  'context.chosen': [{ contextId: context }, { contextId: anotherContext }],
  'file.fetched': [{ file, agent, person, ...lies }],
  'file.refused': [{ file, agent, why: 'gone' }],
  'files.gone': [{ of: [eventId] }],
  'files.sent': [
    { answers: eventId, failed: [] },
    { answers: eventId, failed: [{ path: 'a.txt', why: 'missing' }] },
  ],
  'agent.pushed': [
    { agent, contextId: context, push: { ...pushed, kind: 'done', answer: { markdown: 'done' }, files: ['file'] } },
    { agent, contextId: context, push: { ...pushed, id: 'q', kind: 'failed', answer: null, files: [] } },
    { agent, contextId: context, push: { ...pushed, id: 'r', kind: 'progress', work } },
  ],
  'push.delivered': [{ agent, person, files: ['file'] }],
  'task.told': [{ task: pushed.task, eventId: '$task' as Text['eventId'] }],
  'tray.shown': [{ eventId }],
  'tray.refused': [{}],
  'memory.lost': [{ eventId }],
  'name.set': [{ name: 'name' }],
  'name.refused': [{ name: 'name', code: 'M_FORBIDDEN' }],
  'chat.archived': [{ archived: true }],
  'language.chosen': [{ language: 'ru' }],
  'person.told': [{}],
  'saves.told': [
    { answers: eventId, ask: { for: 'context' }, saves },
    { answers: eventId, ask: { for: 'load', which: null }, saves: [] },
    { answers: eventId, ask: { for: 'load', which: null }, saves },
    { answers: eventId, ask: { for: 'load', which: 'notes' }, saves },
    { answers: eventId, ask: { for: 'load', which: 'nothing' }, saves },
    { answers: eventId, ask: { for: 'save', name: 'notes' }, saves },
    { answers: eventId, ask: { for: 'save', name: 'plans' }, saves },
    { answers: eventId, ask: { for: 'save', name: 'plans', clears: context }, saves },
  ],
  'clear.wanted': [{ ...said, contextId: context }],
  'choice.made': [
    { ...said, number: 1 },
    { ...said, number: 9 },
  ],
  'dialog.shown': [{ eventId }],
  'dialog.accepted': [said],
  'dialog.declined': [said],
  'place.granted': [{}],
  'place.awaited': [{ position: 1 }],
  'line.shown': [{ eventId }],
  'line.refused': [{}],
  'text.marked': [{ of: eventId, mark: '$mark' as Text['eventId'] }],
  'connection.opened': [{}],
  'agent.ready': [
    { idempotent: false, confirmations: false, session: null },
    { idempotent: true, confirmations: true, session: 'session' },
  ],
  'agent.unreachable': [{ trouble: 'unreachable', jitter: 0 }],
  'agent.reachable': [{ agent }],
  'agent.asked': [
    { question: { id: 'q', text: 'Shall I?', expiresInMs: null } },
    { question: { id: 'q', text: 'Shall I?', expiresInMs: null }, said: { answer: { markdown: 'piece' } } },
  ],
  'question.shown': [{ eventId }],
  'word.shown': [{ of: eventId, eventId: '$word' as Text['eventId'] }],
  'agent.sent a file': [{ path: 'file' }],
  'answer.shown': [{ eventId }],
  'agent.worked': [{ on: 'search', step: 1, steps: 2 }],
  'work.shown': [{ eventId }],
  'turn.ended': [
    { outcome: 'done', answer: { markdown: 'answer' }, trouble: null, tokens: 1 },
    { outcome: 'done', answer: { markdown: 'answer' }, stands: eventId, trouble: null, tokens: 1 },
    { outcome: 'done', answer: null, trouble: null, tokens: 1 },
    { outcome: 'failed', answer: { markdown: 'answer' }, trouble: 'agent-error', tokens: 1 },
    { outcome: 'failed', answer: null, trouble: 'connection-lost', tokens: 1 },
  ],
  'answer.delivered': [{ piece: 0, of: eventId, messages: ['$answer' as Text['eventId']] }],
  'answer.refused': [{ piece: 0, answer: { markdown: 'answer' }, answers: eventId, code: 'M_FORBIDDEN' }],
  resumed: [{}],
};

/** All that can happen to a room that remembers this: what an agent brings is of the turn at hand, each text is another. */
export function happenings({ person: theirs, turn, turns, waiting }: RoomContext): RoomEvent[] {
  const besides = Object.entries(variants).flatMap(([type, each]) =>
    each.map((one) => ({ turn: turn?.id, ...one, type }) as unknown as RoomEvent),
  );
  // The host makes a person of whoever speaks where nobody is known.
  if (theirs === null) return besides;
  const another = `$text-${turns}-${waiting.length}` as Text['eventId'];
  return [{ type: 'text.received', text: { ...text, eventId: another } }, ...messages.slice(1), ...besides];
}
