/** What a room does with each message of a person in each state, found by running the chart, not by reading it. */
import { transition, type AnyMachineSnapshot, type AnyStateMachine, type StateValue } from 'xstate';
import { commandEvent, commands, type CommandName, type HostFacts, type Reading } from '../../machines/commands.ts';
import { notices, type Notice } from '../../machines/notices.ts';
import { blankRoom, newTurn } from '../../machines/room.model.ts';
import type { RoomContext, RoomEvent, Text, Turn } from '../../machines/room.model.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { allNodes, describeMachine, isPassing, pathTo } from './walk.ts';

/**
 * `taken`: something happens that the message asks for; `held`: it waits its turn; `refused`: the person is told why
 * not; `ignored`: the chart names the message here and does nothing; `dropped`: the chart forgot it.
 */
export type Treatment = 'taken' | 'held' | 'refused' | 'ignored' | 'dropped';

/** What may be the case besides the state; names as they stand in the cells. */
type Circumstance = (typeof circumstances)[number]['name'];

export interface Cell {
  /** What happens where none of the circumstances is the case. */
  usual: Treatment;
  /** Where it differs, and with which circumstances: the fewest that make the difference. */
  unless: { when: Circumstance[]; then: Treatment }[];
}

export interface Row {
  /** The state as a path within the conversation (`asking / working / streaming`) or beside it (`pointing`). */
  state: string;
  /** By message, in the order of `messages`. */
  cells: Cell[];
}

type Message = Extract<RoomEvent, { type: `${string}.received` | `command.${string}` | 'bystander.spoke' }>;

const person = '@person:example.org' as RoomContext['person'] & string;
const said = { eventId: '$message', sender: person } as { eventId: Text['eventId']; sender: Text['sender'] };
const text: Text = { ...said, body: 'words', replyTo: null };
const question = { id: 'q', text: 'Shall I?', expiresInMs: null };

const turn = newTurn({ id: 1 as Turn['id'], text, contextId: '1' as Turn['contextId'] });
const context = blankRoom({
  room: '!room' as RoomContext['room'],
  agent: 'agent' as RoomContext['agent'],
  contextId: turn.contextId,
  person,
  turns: 1,
});

/** What stands behind a command, by how it is read. */
const written: Record<Reading, string> = { nothing: '', 'a name': 'name', 'a number': '1', 'the word all': '' };
const facts: HostFacts = { clear: { contextId: '2' as Turn['contextId'] }, new: { more: true } };

function command(name: CommandName, takes: Reading): Message {
  return commandEvent(name, written[takes], said, name in facts ? facts[name as keyof HostFacts] : {});
}

/** By type, so that a message that is missing here does not compile. */
const others: { [Type in Exclude<Message['type'], `command.${CommandName}`>]: Extract<Message, { type: Type }> } = {
  'text.received': { type: 'text.received', text },
  'file.received': { type: 'file.received', ...said, name: 'file' },
  'bystander.spoke': { type: 'bystander.spoke', ...said },
  'command.unknown': { type: 'command.unknown', ...said, name: 'unknown' },
};

/** What a person can send, as the columns of the table. */
export const messages: readonly Message[] = [
  ...Object.values(others),
  ...commands.map(({ name, takes }) => command(name, takes)),
];

const circumstances = [
  { name: 'queue full', apply: (c: RoomContext): RoomContext => ({ ...c, waiting: Array<Text>(1000).fill(text) }) },
  { name: 'something unanswered', apply: (c) => ({ ...c, unanswered: { text, why: 'failed' } }) },
  { name: 'question open', apply: (c) => ({ ...c, question }) },
  { name: 'agent takes confirmations', apply: (c) => ({ ...c, turn: c.turn && { ...c.turn, confirmations: true } }) },
  { name: 'chat of a Space', apply: (c) => ({ ...c, number: 1 }) },
  { name: 'told before', apply: (c) => ({ ...c, told: [person], noticed: true }) },
] as const satisfies readonly { name: string; apply: (context: RoomContext) => RoomContext }[];

/** Runs every message in every state in which a room can be found, under all circumstances. */
export function treatments(machine: AnyStateMachine = roomMachine): Row[] {
  const root = describeMachine(machine);
  const conversation = allNodes(root).find(({ key }) => key === 'conversation');
  if (conversation === undefined) throw new Error('the room has no conversation');
  const leaves = allNodes(conversation).filter((node) => node.children.length === 0 && !isPassing(node));
  const serving = leaves.map(({ id }) => {
    const keys = pathTo(conversation, id)
      .slice(1)
      .map(({ key }) => key);
    return { keys, value: { serving: { conversation: valueOf(keys), tray: 'empty', dialog: 'none' } } };
  });
  const others = root.children
    .filter(({ type, tags }) => type === 'atomic' && !tags.includes('unheard'))
    .map(({ key }) => ({ keys: [key], value: key }));
  return [...serving, ...others].map((place) => ({
    state: place.keys.join(' / '),
    cells: messages.map((message) => cell(machine, place, message)),
  }));
}

/** A state in which a room can be found: its path as it stands in the table, and its value for the machine. */
interface Place {
  keys: readonly string[];
  value: StateValue;
}

/** The cell as it stands in the table. */
export function cellText({ usual, unless }: Cell): string {
  const exceptions = unless.map(({ when, then }) => `${when.join(' and ')}: ${then}`);
  return exceptions.length === 0 ? usual : `${usual} (${exceptions.join('; ')})`;
}

function cell(machine: AnyStateMachine, place: Place, message: Message): Cell {
  const combinations = circumstances
    .reduce<Circumstance[][]>((known, { name }) => [...known, ...known.map((names) => [...names, name])], [[]])
    .sort((a, b) => a.length - b.length);
  const found: { when: Circumstance[]; then: Treatment }[] = [];
  for (const when of combinations) {
    const then = treat(machine, place, when, message);
    const expected = found.findLast((known) => known.when.every((name) => when.includes(name)));
    if (expected?.then !== then) found.push({ when, then });
  }
  const [usual, ...unless] = found;
  if (usual === undefined) throw new Error('a table without circumstances');
  return { usual: usual.then, unless };
}

function treat(
  machine: AnyStateMachine,
  { keys, value }: Place,
  when: readonly Circumstance[],
  message: Message,
): Treatment {
  const usual = {
    ...context,
    turn: keys[0] === 'asking' ? turn : null,
    question: keys.includes('awaiting confirmation') ? question : null,
  };
  const before = circumstances.reduce<RoomContext>((c, { name, apply }) => (when.includes(name) ? apply(c) : c), usual);
  const snapshot = machine.resolveState({ value, context: before }) as AnyMachineSnapshot;
  const [next, effects] = transition(machine, snapshot, message) as [AnyMachineSnapshot, Effect[]];
  if ((next.context as RoomContext).waiting.length > before.waiting.length) return 'held';
  const moved = JSON.stringify(next.value) !== JSON.stringify(snapshot.value);
  if (moved || effects.some((effect) => !refuses(effect))) return 'taken';
  if (effects.length > 0) return 'refused';
  return isNamed(snapshot, message) ? 'ignored' : 'dropped';
}

interface Effect {
  type: string;
  params: unknown;
}

/** Whether one of the active states has a transition for the message. */
function isNamed(snapshot: AnyMachineSnapshot, { type }: Message): boolean {
  return snapshot._nodes.some((node) => node.ownEvents.includes(type));
}

function refuses({ type, params }: Effect): boolean {
  return type === 'say' && notices[(params as { notice: Notice }).notice.key].refuses;
}

function valueOf([key = '', ...inner]: readonly string[]): StateValue {
  return inner.length === 0 ? key : { [key]: valueOf(inner) };
}
