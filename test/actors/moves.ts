/** Everything that can happen to a room, as moves which become inputs for the record at hand. */
import type { TrayFile } from '../../machines/files.ts';
import fc from 'fast-check';
import { AgentId, RoomId, MxcUri, UserId, type EventId } from '../../machines/ids.ts';
import { commandEvent, commands, type CommandName, type HostFacts, type Reading } from '../../machines/commands.ts';
import { troubles } from '../../machines/notices.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { Ask, Assignment, Role, RoomContext, SaveLine } from '../../machines/room.model.ts';
import type { Envelope } from '../../src/durable/record.ts';
import type { Input } from '../../src/durable/definition.ts';
import { agent, ann, bob, briefed, contextId, contextOf, conversationOf, eventId, textOf, turnId } from './support.ts';
import { input, resultOf } from '../support/inputs.ts';

const eve = UserId.parse('@eve:test');

export type Move =
  | { move: 'text' | 'file' | 'sticker'; by: 'person' | 'bystander' }
  | { move: 'the same text again' }
  /** What became of a file of the person; `unwanted`: of one that nobody wants any more. */
  | { move: 'fetched'; how: 'there' | 'refused' | 'gone' | 'unwanted' }
  | { move: 'take back a file' }
  /** The person changes a text, or takes it out of the room. */
  | { move: 'edit' | 'withdraw'; of: 'turn' | 'line' | 'unanswered' | 'last' }
  /** The bot’s reaction to a waiting text is there; a piece of the last answer was refused after all. */
  | { move: 'mark'; of: 'turn' | 'line' }
  | { move: 'refused late' }
  | { move: 'word shown' }
  /** What the agent says of its own accord: of this conversation, or of another; `again`: with the id of the one before. */
  | { move: 'pushed'; how: 'done' | 'failed' | 'progress' | 'elsewhere'; again?: true }
  | CommandMove
  | { move: 'saves'; ask: Ask; saves: SaveLine[] }
  | { move: 'choose'; number: number }
  | { move: 'want to clear' }
  /** The person wants one of these again, by `!retry` in reply to it, or by 🔁. */
  | { move: 'again'; of: 'turn' | 'line' | 'unanswered' | 'last' | 'reply' | 'nobody'; by: 'reply' | 'reaction' }
  /** The person reacts to the open question, and takes back the word that waits, or that the agent has. */
  | { move: 'react'; key: '👍' | '👎' }
  | { move: 'take back'; the: 'word that waits' | 'word that is told' }
  /** What the person wrote while the service was away. */
  | { move: 'missed'; what: 'text' | 'word' }
  /** `role`: a chat where it is left out. */
  | { move: 'invite'; by: 'person' | 'bystander'; role?: Role; assignment?: Assignment }
  /** What happens to the room itself, and what its person's actor and the host say of it. */
  | { move: 'room'; event: RoomEvent }
  | { move: 'leave' }
  /** `off`: how far its turn id is from that of the running turn. */
  | { move: 'agent'; event: AgentMove; off: number }
  /** What the agent's side does next when all goes well. */
  | { move: 'go on'; idempotent: boolean; confirmations: boolean }
  | { move: 'agent is back' }
  | { move: 'timer'; stale: boolean }
  | { move: 'settle'; which: number; accepted: boolean; code?: string }
  | { move: 'settle a part'; which: number }
  | { move: 'resume' };

/** `more`: whether people get more than one chat. */
interface CommandMove {
  move: 'command';
  name: CommandName | 'unknown';
  args: string;
  more: boolean;
}

/** What people write behind a command, by how it is read. */
const written: Record<Reading, string[]> = {
  ...{
    nothing: [''],
    'a name': ['', 'Plans'],
    'a name and a text': ['', 'Plans'],
    'a number': ['1'],
    'a number or all': ['', '1', 'all'],
    'the word all': [''],
    'a language': ['', 'ru', 'klingon'],
    'all or nothing': ['', 'all'],
  },
};
export const commandMoves: CommandMove[] = [
  ...commands.flatMap(({ name, takes }) => written[takes].map((args) => commandMove(name, args))),
  commandMove('new', '', false),
  commandMove('unknown'),
  commandMove('stop', 'now'),
  commandMove('new', '\nWhen?'),
  commandMove('archive', '3'),
  commandMove('clear', 'and begin with this'),
  commandMove('save', 'no good'),
  commandMove('branch', '', false),
];

function commandMove(name: CommandMove['name'], args = '', more = true): CommandMove {
  return { move: 'command', name, args, more };
}

export type AgentMove =
  | { says: 'granted' | 'awaited' | 'awaited nearer' | 'opened' | 'asks' | 'says and asks' | 'file' | 'shown' }
  | { says: 'works' | 'work shown' }
  | { says: 'ready'; idempotent: boolean; confirmations: boolean; session: string | null }
  | { says: 'unreachable' }
  | { says: 'ended'; outcome: 'done' | 'stopped' | 'failed'; answered: boolean; trouble: number };

const adopted = { agent, assignment: 'configured', contextId: contextId(9), number: 1, name: 'Chat 1' } as const;
const claimed = { type: 'room.claimed', person: ann, agent, number: null, name: null } as const;

/** What happens to a room, and what its person's actor and the host say of it: one of each kind that makes a difference. */
export const roomEvents: RoomEvent[] = [
  { ...claimed, role: 'chat', assignment: 'configured' },
  { ...claimed, role: 'entry', assignment: 'configured' },
  { ...claimed, role: 'refused', assignment: 'default' },
  { type: 'room.adopted', person: ann, ...adopted, archived: false },
  { type: 'room.adopted', person: bob, ...adopted, archived: false },
  { type: 'stranger.spoke', eventId: eventId('stranger'), sender: eve },
  { type: 'company.spoke', eventId: eventId('company'), sender: eve },
  { type: 'words.overheard', eventId: eventId('overheard'), sender: eve },
  { type: 'operator.asked', eventId: eventId('ops'), sender: eve, words: 'status' },
  { type: 'company.declined' },
  { type: 'member.left', user: ann },
  { type: 'member.left', user: eve },
  { type: 'room.named', name: 'Chat 1', sender: ann },
  { type: 'room.named', name: 'Plans', sender: ann },
  { type: 'room.replaced', replacement: RoomId.parse('!next:test') },
  { type: 'room.encrypted', eventId: eventId('encrypted') },
  { type: 'chat.archived', archived: true },
  { type: 'language.chosen', language: 'ru' },
  { type: 'language.chosen', language: 'en' },
  { type: 'memory.lost', eventId: eventId('unheard') },
  { type: 'invite.declined', room: RoomId.parse('!other:test'), why: 'it is to a Space' },
  { type: 'invite.declined', room: RoomId.parse('!other:test'), why: 'it could not be entered' },
  { type: 'message.reacted', of: eventId('question'), key: '👍', eventId: eventId('reaction'), sender: ann },
  { type: 'message.reacted', of: eventId('other'), key: '👍', eventId: eventId('reaction'), sender: ann },
  { type: 'context.assigned', contextId: contextId(77), oneMemory: false },
  { type: 'context.assigned', contextId: contextId(9), oneMemory: true },
  { type: 'context.chosen', contextId: contextId(9) },
  { type: 'context.chosen', contextId: contextId(79) },
  { type: 'agent.assigned', role: 'chat', agent, assignment: 'default' },
  { type: 'agent.assigned', role: 'chat', agent: AgentId.parse('agent-1'), assignment: 'configured' },
  { type: 'agent.assigned', role: 'entry', agent, assignment: 'configured' },
  { type: 'agent.assigned', role: 'refused', agent, assignment: 'default' },
];

const received = {
  ...{ type: 'document', name: 'a.pdf', mime: 'application/pdf', bytes: 5, caption: null, voice: false },
} as const;
const url = MxcUri.parse('mxc://test/a');

/** What becomes of files, and of what is told of them. */
export const ofFiles: Move[] = [
  ...(['there', 'refused', 'gone', 'unwanted'] as const).map((how) => ({ move: 'fetched' as const, how })),
  { move: 'take back a file' },
  { move: 'room', event: { type: 'tray.shown', eventId: eventId('tray') } },
  { move: 'room', event: { type: 'tray.refused' } },
  { move: 'room', event: { type: 'files.sent', answers: eventId('asked'), failed: [] } },
  { move: 'room', event: { type: 'files.sent', answers: eventId('asked'), failed: [{ path: 'a', why: 'missing' }] } },
  { move: 'room', event: { type: 'files.gone', of: [eventId('nobody')] } },
];

const saves = [{ name: 'notes', at: 5 }];

/** What the person's actor tells of saves, and what is done with them. */
export const ofSaves: Move[] = [
  { move: 'saves', ask: { for: 'save', name: 'plans' }, saves },
  { move: 'saves', ask: { for: 'save', name: 'plans', clears: contextId(78) }, saves },
  { move: 'saves', ask: { for: 'save', name: 'notes' }, saves },
  { move: 'saves', ask: { for: 'load', which: null }, saves },
  { move: 'saves', ask: { for: 'load', which: null }, saves: [] },
  { move: 'saves', ask: { for: 'load', which: '1' }, saves },
  { move: 'saves', ask: { for: 'load', which: 'none' }, saves },
  { move: 'saves', ask: { for: 'context' }, saves },
  { move: 'choose', number: 1 },
  { move: 'choose', number: 7 },
  { move: 'want to clear' },
];

export const rewordings = (['edit', 'withdraw'] as const).flatMap((move) =>
  (['turn', 'line', 'unanswered', 'last'] as const).map((of): Move => ({ move, of })),
);

const named = ['turn', 'line', 'unanswered', 'last', 'reply', 'nobody'] as const;

/** What is asked again, taken back or missed. */
export const changesOfMind: Move[] = [
  ...named.map((of): Move => ({ move: 'again', of, by: 'reply' })),
  { move: 'again', of: 'last', by: 'reaction' },
  { move: 'again', of: 'nobody', by: 'reaction' },
  { move: 'react', key: '👎' },
  { move: 'take back', the: 'word that waits' },
  { move: 'take back', the: 'word that is told' },
  { move: 'missed', what: 'text' },
  { move: 'missed', what: 'word' },
  { move: 'room', event: { type: 'absence.over', awayMs: 5_000 } },
];

/** What becomes of effects, told without them. */
export const later: Move[] = [
  { move: 'mark', of: 'line' },
  { move: 'mark', of: 'turn' },
  { move: 'refused late' },
  { move: 'room', event: { type: 'question.shown', eventId: eventId('question') } },
  { move: 'room', event: { type: 'line.shown', eventId: eventId('line') } },
  { move: 'room', event: { type: 'line.refused' } },
  { move: 'word shown' },
  { move: 'room', event: { type: 'work.shown', turn: turnId(99), eventId: eventId('work') } },
];

/** What the agent says of its own accord. */
export const pushes: Move[] = [
  ...(['done', 'failed', 'progress', 'elsewhere'] as const).map((how): Move => ({ move: 'pushed', how })),
  { move: 'pushed', how: 'done', again: true },
  { move: 'room', event: { type: 'push.delivered', agent, person: ann, files: ['a.txt'] } },
  { move: 'room', event: { type: 'push.delivered', agent, person: ann, files: [] } },
  { move: 'room', event: { type: 'task.told', task: 'task', eventId: eventId('task') } },
  { move: 'room', event: { type: 'task.told', task: 'task', eventId: null } },
];

const by = fc.constantFrom('person' as const, 'person' as const, 'person' as const, 'bystander' as const);

const agentMove: fc.Arbitrary<AgentMove> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ says: fc.constantFrom('granted' as const, 'opened' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      says: fc.constantFrom(
        'awaited' as const,
        'awaited nearer' as const,
        'asks' as const,
        'says and asks' as const,
        'file' as const,
        'shown' as const,
        'works' as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      says: fc.constant('ready' as const),
      idempotent: fc.boolean(),
      confirmations: fc.boolean(),
      session: fc.constantFrom(null, 's1', 's2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ says: fc.constant('unreachable' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      says: fc.constant('ended' as const),
      outcome: fc.constantFrom('done' as const, 'stopped' as const, 'failed' as const),
      answered: fc.boolean(),
      trouble: fc.nat(troubles.length - 1),
    }),
  },
);

const off = fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1, 50);

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      move: fc.constantFrom('text' as const, 'text' as const, 'file' as const, 'sticker' as const),
      by,
    }),
  },
  { weight: 1, arbitrary: fc.record({ move: fc.constant('the same text again' as const) }) },
  { weight: 2, arbitrary: fc.constantFrom(...rewordings) },
  { weight: 4, arbitrary: fc.constantFrom(...commandMoves) },
  { weight: 3, arbitrary: fc.constantFrom(...ofSaves) },
  { weight: 4, arbitrary: fc.constantFrom(...ofFiles) },
  { weight: 4, arbitrary: fc.constantFrom(...changesOfMind) },
  { weight: 4, arbitrary: fc.constantFrom(...pushes) },
  {
    weight: 1,
    arbitrary: fc.record({
      move: fc.constant('invite' as const),
      by,
      role: fc.constantFrom('chat' as const, 'chat' as const, 'entry' as const, 'refused' as const),
      assignment: fc.constantFrom('configured' as const, 'default' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ move: fc.constant('room' as const), event: fc.constantFrom(...roomEvents) }) },
  { weight: 16, arbitrary: fc.record({ move: fc.constant('agent' as const), event: agentMove, off }) },
  {
    weight: 24,
    arbitrary: fc.record({
      move: fc.constant('go on' as const),
      idempotent: fc.boolean(),
      confirmations: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ move: fc.constant('agent is back' as const) }) },
  { weight: 2, arbitrary: fc.record({ move: fc.constant('timer' as const), stale: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      move: fc.constant('settle' as const),
      which: fc.nat(3),
      accepted: fc.constantFrom(true, true, true, false),
      code: fc.constantFrom('M_FORBIDDEN', 'GIVEN_UP'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ move: fc.constant('settle a part' as const), which: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ move: fc.constant('resume' as const) }) },
);

export function moves(length: { maxLength: number }): fc.Arbitrary<Move[]> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.array(anyMove, { minLength: 5, size: 'max', ...length }) },
    {
      weight: 1,
      arbitrary: fc
        .array(anyMove, { minLength: 5, size: 'max', ...length })
        .map((all) => [...all, { move: 'leave' as const }, ...all.slice(0, 2)]),
    },
  );
}

/** The move as an input for this record; null where it has no meaning now. `n` names what it brings. */
export function inputOf(move: Move, record: Envelope, n: number): Input | null {
  const input = plainInputOf(move, record, n);
  return input === null ? null : briefed(input);
}

function plainInputOf(move: Move, record: Envelope, n: number): Input | null {
  const context = contextOf(record);
  const sender = 'by' in move && move.by === 'bystander' ? bob : (context.person ?? ann);
  const author = { eventId: eventId(n), sender };
  const at = 1000 * n;
  switch (move.move) {
    case 'text':
      return input({ type: 'text.received', text: textOf(n, sender) }, at, eventId(n));
    case 'file':
      return input({ type: 'file.received', ...author, name: 'a.pdf', file: { ...received, url } }, at, eventId(n));
    case 'fetched':
    case 'take back a file':
      return ofAFile(move, context, n);
    case 'sticker':
      return input({ type: 'thing.received', ...author, thing: 'sticker' }, at, eventId(n));
    case 'edit':
    case 'withdraw': {
      const { turn, waiting, unanswered, last } = context;
      const meant = { turn: turn?.text, line: waiting[0], unanswered: unanswered.at(-1)?.text, last: last.at(-1) }[
        move.of
      ];
      if (meant === undefined || meant === null) return null;
      const of = meant.eventId;
      if (move.move === 'withdraw') return input({ type: 'text.withdrawn', of }, at, eventId(n));
      return input({ type: 'text.edited', of, sender: meant.sender, body: `words ${n}` }, at, eventId(n));
    }
    case 'mark': {
      const { turn, waiting } = context;
      const of = (move.of === 'turn' ? turn?.text : waiting[0])?.eventId;
      return of === undefined ? null : input({ type: 'text.marked', of, mark: eventId(`mark${n}`) }, at);
    }
    case 'refused late': {
      const answers = context.last.at(-1)?.eventId ?? eventId('unknown');
      const refused = { piece: 0, answer: { markdown: 'a piece' }, answers, code: 'M_FORBIDDEN' };
      return input({ type: 'answer.refused', turn: turnId(1), ...refused }, at);
    }
    case 'word shown': {
      const of = context.unanswered.at(-1)?.text.eventId ?? eventId('unknown');
      return input({ type: 'word.shown', of, eventId: eventId(`word${n}`) }, at);
    }
    case 'again':
    case 'react':
    case 'take back':
    case 'missed':
      return changeOfMind(move, context, n);
    case 'the same text again': {
      const same = context.turn?.text ?? context.waiting[0];
      // The no to an expired question came from nobody.
      return same === undefined || same.eventId.includes('/no/')
        ? null
        : input({ type: 'text.received', text: same }, at, same.eventId);
    }
    case 'command':
      return input(commandOf(move, author, n), at, eventId(n));
    case 'saves':
      return input({ type: 'saves.told', answers: eventId(n), ask: move.ask, saves: move.saves }, at, eventId(n));
    case 'choose':
      return context.dialog?.about === 'a save to load'
        ? input({ type: 'choice.made', ...author, number: move.number }, at, eventId(n))
        : null;
    case 'want to clear':
      return input({ type: 'clear.wanted', ...author, contextId: contextId(n + 1) }, at, eventId(n));
    case 'invite':
      return input(
        {
          type: 'room.invited',
          person: sender,
          role: move.role ?? 'chat',
          agent,
          assignment: move.assignment ?? 'configured',
          contextId: contextId(n + 1),
        },
        at,
      );
    case 'room':
      return input(move.event, at);
    case 'pushed':
      return input(pushedOf(move, context, n), at);
    case 'leave':
      return input({ type: 'room.left' }, at);
    case 'agent':
      return agentInput(move, record, n);
    case 'go on': {
      const agents = agentMoveOf(move, record, n);
      return agents === null ? null : agentInput(agents, record, n);
    }
    case 'agent is back':
      return input({ type: 'agent.reachable', agent: context.agent }, at);
    case 'timer': {
      const [timer] = record.timers;
      if (timer === undefined) return null;
      return { kind: 'timer', timer: move.stale ? { ...timer, at: timer.at - 1 } : timer, at: Math.max(at, timer.at) };
    }
    case 'settle': {
      const item = record.outbox[move.which];
      if (item === undefined) return null;
      const sent = eventId(`sent${n}`);
      const result = move.accepted
        ? { ok: true as const, eventId: sent, messages: [sent] }
        : resultOf(false, move.code);
      return { kind: 'settled', effect: item.id, result, at };
    }
    case 'settle a part': {
      const item = record.outbox[move.which];
      return item === undefined ? null : { kind: 'partly settled', effect: item.id, cursor: item.cursor + 1 };
    }
    case 'resume':
      return input({ type: 'resumed' }, at);
  }
}

type ChangeOfMind = Extract<Move, { move: 'again' | 'react' | 'take back' | 'missed' }>;

function changeOfMind(move: ChangeOfMind, context: RoomContext, n: number): Input | null {
  const { turn, waiting, unanswered, last, replies, question, passedOn } = context;
  const sender = context.person ?? ann;
  const written = { eventId: eventId(n), sender };
  const hears = (event: RoomEvent) => input(event, 1000 * n, eventId(n));
  const reacts = (of: EventId, key: string) => hears({ type: 'message.reacted', of, key, ...written });
  switch (move.move) {
    case 'again': {
      const of = {
        ...{ turn: turn?.text.eventId, line: waiting[0]?.eventId, unanswered: unanswered[0]?.text.eventId },
        ...{ last: last[0]?.eventId, reply: replies.at(-1)?.messages.at(-1), nobody: eventId('nobody-asked') },
      }[move.of];
      if (of === undefined) return null;
      return move.by === 'reaction' ? reacts(of, '🔁') : hears({ type: 'command.retry', ...written, replyTo: of });
    }
    case 'react':
      return question?.shown === undefined ? null : reacts(question.shown, move.key);
    case 'take back': {
      const word = [...waiting, turn?.text].find((text) => text?.settles !== undefined);
      const of = move.the === 'word that waits' ? word?.eventId : passedOn.at(-1);
      return of === undefined ? null : hears({ type: 'text.withdrawn', of });
    }
    case 'missed': {
      const missed = 'told';
      if (move.what === 'word') return hears({ type: 'command.yes', ...written, missed });
      return hears({ type: 'text.received', text: textOf(n, sender), missed });
    }
  }
}

/** What going on means for the agent's side now; null where it has nothing to do. */
export function agentMoveOf(
  { idempotent, confirmations }: Extract<Move, { move: 'go on' }>,
  record: Envelope,
  n: number,
): Extract<Move, { move: 'agent' }> | null {
  const does = (event: AgentMove) => ({ move: 'agent' as const, event, off: 0 });
  switch (conversationOf(record)) {
    case 'asking.waiting for a place':
      return does({ says: 'granted' });
    case 'asking.working.connecting':
      return does({ says: 'opened' });
    case 'asking.working.awaiting status':
      return does({ says: 'ready', idempotent, confirmations, session: null });
    case 'asking.working.streaming':
      if (n % 3 === 0) return does({ says: n % 2 === 0 ? 'asks' : 'says and asks' });
      return does({ says: 'ended', outcome: 'done', answered: n % 3 === 1, trouble: 0 });
    case 'asking.awaiting confirmation':
      return n % 2 === 0 ? does({ says: 'says and asks' }) : null;
    default:
      return null;
  }
}

type Author = Pick<Extract<RoomEvent, { type: 'command.help' }>, 'eventId' | 'sender'>;

function commandOf({ name, args, more }: CommandMove, author: Author, n: number): RoomEvent {
  if (name === 'unknown') return { type: 'command.unknown', ...author, name: 'nonsense' };
  const facts: HostFacts = { contextId: contextId(n + 1), more, stamp: `20261128-00${1000 + n}` };
  return commandEvent(name, args, author, facts);
}

function agentInput({ event, off }: Extract<Move, { move: 'agent' }>, record: Envelope, n: number): Input | null {
  const id = (contextOf(record).turn?.id ?? contextOf(record).turns) + off;
  if (id < 1) return null;
  return input(agentEvent(event, id, n), 1000 * n);
}

export function agentEvent(move: AgentMove, id: number, n: number): RoomEvent {
  const turn = turnId(id);
  switch (move.says) {
    case 'granted':
      return { type: 'place.granted', turn };
    case 'awaited':
      return { type: 'place.awaited', turn, position: 2 };
    case 'awaited nearer':
      return { type: 'place.awaited', turn, position: 1 };
    case 'opened':
      return { type: 'connection.opened', turn };
    case 'asks':
      return { type: 'agent.asked', turn, question: { id: `q${n}`, text: 'May I?', expiresInMs: null } };
    case 'says and asks': {
      const question = { id: `q${n}`, text: 'May I?', expiresInMs: null };
      return { type: 'agent.asked', turn, question, said: { answer: { markdown: `piece ${n}` } } };
    }
    case 'file':
      return { type: 'agent.sent a file', turn, path: 'a.txt' };
    case 'shown':
      return { type: 'answer.shown', turn, eventId: eventId(`preview${n}`) };
    case 'works':
      return { type: 'agent.worked', turn, on: 'search', step: 1, steps: 2 };
    case 'work shown':
      return { type: 'work.shown', turn, eventId: eventId(`work${n}`) };
    case 'ready': {
      const { idempotent, confirmations, session } = move;
      return { type: 'agent.ready', turn, idempotent, confirmations, session };
    }
    case 'unreachable':
      return { type: 'agent.unreachable', turn, trouble: 'unreachable', jitter: 0.5 };
    case 'ended': {
      const { outcome, answered, trouble } = move;
      return {
        type: 'turn.ended',
        turn,
        outcome,
        answer: answered ? { markdown: `answer ${n}` } : null,
        trouble: outcome === 'failed' ? (troubles[trouble] ?? null) : null,
        tokens: 0,
      };
    }
  }
}

const nobodys: TrayFile = {
  ...{ event: eventId('nobody'), name: 'a.pdf', type: 'document', mime: null, url, at: 0, there: null },
};

type OfAFile = Extract<Move, { move: 'fetched' | 'take back a file' }>;

/** Of the first file that is on its way, or else of any. */
function ofAFile(move: OfAFile, { tray, waiting, turn, agent: answers }: RoomContext, n: number): Input | null {
  const files = [...tray, ...waiting.flatMap((text) => text.files ?? []), ...(turn?.text.files ?? [])];
  const file = files.find(({ there }) => there === null) ?? files[0] ?? nobodys;
  if (file === nobodys && (move.move === 'take back a file' || move.how === 'gone')) return null;
  const at = 1000 * n;
  if (move.move === 'take back a file') return input({ type: 'text.withdrawn', of: file.event }, at, eventId(n));
  const lies = { agent: answers, person: ann, path: 'a.pdf', name: 'a.pdf', bytes: 5, print: 'print' };
  if (move.how === 'there') return input({ type: 'file.fetched', file, ...lies }, at);
  if (move.how === 'refused') return input({ type: 'file.refused', file, agent: answers, why: 'gone' }, at);
  if (move.how === 'gone') return input({ type: 'files.gone', of: [file.event] }, at);
  return input({ type: 'file.fetched', file: { ...file, event: eventId('nobody') }, ...lies }, at);
}

/** `again`: it has the id of the last one that is known. */
function pushedOf(move: Extract<Move, { move: 'pushed' }>, context: RoomContext, n: number): RoomEvent {
  const { how, again } = move;
  const last = context.pushes.known.at(-1)?.split(':')[0];
  const known = {
    id: again === true && last !== undefined ? last : `push-${n}-${context.pushes.known.length}`,
    print: 'print',
    task: 'task',
  };
  const at = { agent: context.agent, contextId: how === 'elsewhere' ? contextId(78_000) : context.contextId };
  if (how === 'progress') {
    return {
      type: 'agent.pushed',
      ...at,
      push: { ...known, kind: how, work: { on: 'step', step: context.pushes.known.length, steps: null } },
    };
  }
  const answer = how === 'failed' ? null : { markdown: `push ${n}` };
  const push = { ...known, kind: how === 'failed' ? how : ('done' as const), answer, files: ['a.txt'] };
  return { type: 'agent.pushed', ...at, push };
}
