import type { StateValue } from 'xstate';
import type { FileTrouble, TrayFile } from '../../../machines/files.ts';
import { AgentId, ContextId, EventId, MxcUri, RoomId, TurnId, UserId } from '../../../machines/ids.ts';
import type { CommandName, CommandWithArgs, CommandWithFacts } from '../../../machines/commands.ts';
import { blankRoom, RoomContext } from '../../../machines/room.model.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { Answer, Assignment, Outcome, Question, Role, Text } from '../../../machines/room.model.ts';
import type { Wish } from '../../../machines/room.effects.ts';
import type { Marker } from '../../../machines/marker.ts';
import type { Notice, Trouble } from '../../../machines/notices.ts';
import { fixedLimits, type RoomLimits } from '../../../machines/room-limits.ts';
import { roomEffectSchemas } from '../../../machines/effect-schemas.ts';
import { roomMachine } from '../../../machines/room.machine.ts';
import { usualLimits } from '../../support/room-limits.ts';
import { nameOf, observed } from '../coverage.ts';
import { reread } from '../reread.ts';

export const ann = UserId.parse('@ann:example.org');
export const bob = UserId.parse('@bob:example.org');
export const agent = AgentId.parse('scribe');
export const id = (name: string): EventId => EventId.parse(`$${name}`);

/** What a room remembers before anything happened. */
export const untouched = blankRoom({
  room: RoomId.parse('!room:example.org'),
  agent: AgentId.parse('nobody'),
  contextId: ContextId.parse('1'),
});

/** What bounds the rooms of the stories. */
export const testLimits: RoomLimits = { ...fixedLimits, ...usualLimits, queue: 20 };

type SimpleCommand = Exclude<CommandName, CommandWithArgs | CommandWithFacts> | 'stop';

/** The events of the stories. `turn` is 1 unless said otherwise; a message's id is `$` and its name. */
export const invited = (
  person = ann,
  to = agent,
  role: Role = 'chat',
  assignment: Assignment = 'configured',
): RoomEvent => ({ type: 'room.invited', person, role, agent: to, assignment, contextId: ContextId.parse('7') });
export const assigned = (role: Role, to = agent, assignment: Assignment = 'configured'): RoomEvent => ({
  type: 'agent.assigned',
  role,
  agent: to,
  assignment,
});
export const adopted = (person = ann, assignment: Assignment = 'configured'): RoomEvent => ({
  type: 'room.adopted',
  person,
  agent,
  assignment,
  contextId: ContextId.parse('9'),
  number: 3,
  name: 'Chat 3',
  archived: false,
});
/** Somebody speaks first where nobody is known; `chat`: the room is a chat in the making. */
export const claimed = (role: Role = 'chat', assignment: Assignment = 'configured', chat = noChat): RoomEvent => ({
  type: 'room.claimed',
  person: ann,
  role,
  agent,
  assignment,
  ...chat,
});
const noChat: { number: number | null; name: string | null } = { number: null, name: null };
export const encrypted: RoomEvent = { type: 'room.encrypted', eventId: id('encrypted') };
export const memberLeft = (user = ann): RoomEvent => ({ type: 'member.left', user });
export const named = (name: string): RoomEvent => ({ type: 'room.named', name, sender: ann });
export const archived = (is = true): RoomEvent => ({ type: 'chat.archived', archived: is });
export const rename = (name: string | null): RoomEvent => ({
  type: 'command.rename',
  eventId: id('rename'),
  sender: ann,
  name,
});
/** A file that nobody can fetch. */
export const file: RoomEvent = { type: 'file.received', eventId: id('file'), sender: ann, name: 'a.txt' };
/** A picture of 3 bytes, with nothing said of it. */
export const picture = (name: string): RoomEvent & { type: 'file.received' } => ({
  type: 'file.received',
  ...{ eventId: id(name), sender: ann, name: `${name}.png` },
  file: {
    ...{ type: 'image', name: `${name}.png`, mime: 'image/png', bytes: 3 },
    ...{ url: MxcUri.parse(`mxc://example.org/${name}`), caption: null, voice: false },
  },
});
/** It in the tray, on its way. */
export const onItsWay = (name: string): TrayFile => ({
  ...{ event: id(name), name: `${name}.png`, type: 'image', mime: 'image/png' },
  ...{ url: MxcUri.parse(`mxc://example.org/${name}`), at: 0, there: null },
});
/** It in the workspace. */
export const lying = (name: string): TrayFile => ({
  ...onItsWay(name),
  there: { path: `in/${name}.png`, bytes: 3, print: `print of ${name}` },
});
export const fetched = (name: string, to = agent): RoomEvent => ({
  type: 'file.fetched',
  ...{ file: onItsWay(name), agent: to, person: ann, name: `${name}.png` },
  ...{ path: `in/${name}.png`, bytes: 3, print: `print of ${name}` },
});
export const notFetched = (name: string, why: FileTrouble = 'too big'): RoomEvent => ({
  type: 'file.refused',
  ...{ file: onItsWay(name), agent, why },
});
export const trayShown: RoomEvent = { type: 'tray.shown', eventId: id('tray') };
export const words = (name: string, sender = ann): Text => ({
  eventId: id(name),
  sender,
  body: `words ${name}`,
  replyTo: null,
});
export const text = (name: string): RoomEvent => ({ type: 'text.received', text: words(name) });
export const command = (name: SimpleCommand): RoomEvent => ({
  type: `command.${name}`,
  eventId: id(name),
  sender: ann,
});
export const clear: Extract<RoomEvent, { type: 'command.clear' }> = {
  type: 'command.clear',
  eventId: id('clear'),
  sender: ann,
  contextId: ContextId.parse('8'),
};
export const joined: RoomEvent = { type: 'room.joined' };
export const left: RoomEvent = { type: 'room.left' };
export const resumed: RoomEvent = { type: 'resumed' };
export const bystander = (sender = bob): RoomEvent => ({ type: 'bystander.spoke', eventId: id('bystander'), sender });
export const stranger = (sender = bob): RoomEvent => ({ type: 'stranger.spoke', eventId: id('stranger'), sender });
export const granted = (turn = 1): RoomEvent => ({ type: 'place.granted', turn: TurnId.parse(turn) });
export const awaited = (position: number, turn = 1): RoomEvent => ({
  type: 'place.awaited',
  turn: TurnId.parse(turn),
  position,
});
export const opened = (turn = 1): RoomEvent => ({ type: 'connection.opened', turn: TurnId.parse(turn) });
export const ready = (
  can: { idempotent?: boolean; confirmations?: boolean; contexts?: boolean; session?: string | null } = {},
  turn = 1,
): RoomEvent => ({
  type: 'agent.ready',
  turn: TurnId.parse(turn),
  idempotent: false,
  confirmations: false,
  session: null,
  ...can,
});
export const unreachable = (jitter = 0, turn = 1): RoomEvent => ({
  type: 'agent.unreachable',
  turn: TurnId.parse(turn),
  trouble: 'unreachable',
  jitter,
});
export const question: Question = { id: 'q1', text: 'Delete it?', expiresInMs: null };
/** `said`: what the answer was until then. */
export const asked = (about: Question = question, turn = 1, said?: string): RoomEvent => ({
  type: 'agent.asked',
  turn: TurnId.parse(turn),
  question: about,
  ...(said !== undefined && { said: { answer: { markdown: said } } }),
});
export const questionShown: RoomEvent = { type: 'question.shown', eventId: id('question') };
export const lineShown: RoomEvent = { type: 'line.shown', eventId: id('line') };
/** At work for longer than a moment; and the notice that says so. */
export const worked = (on: string | null = 'search', turn = 1): RoomEvent => ({
  type: 'agent.worked',
  turn: TurnId.parse(turn),
  ...{ on, step: 1, steps: 2 },
});
export const workShown = (turn = 1, name = 'work'): RoomEvent => ({
  type: 'work.shown',
  turn: TurnId.parse(turn),
  eventId: id(name),
});
export const sentFile = (turn = 1, name = 'a'): RoomEvent => ({
  type: 'agent.sent a file',
  turn: TurnId.parse(turn),
  path: `/workspace/${name}.txt`,
});
export const shown = (turn = 1): RoomEvent => ({
  type: 'answer.shown',
  turn: TurnId.parse(turn),
  eventId: id('preview'),
});
export const ended = (
  outcome: Outcome,
  answer: string | null,
  trouble: Trouble | null = null,
  turn = 1,
): RoomEvent & { type: 'turn.ended' } => ({
  type: 'turn.ended',
  turn: TurnId.parse(turn),
  outcome,
  answer: answer === null ? null : { markdown: answer },
  trouble,
  tokens: 0,
});
export const delivered = (turn = 1, piece = 0, of = '1', messages: string[] = []): RoomEvent => ({
  type: 'answer.delivered',
  turn: TurnId.parse(turn),
  piece,
  of: id(of),
  messages: messages.map(id),
});
export const refused = (turn = 1, code = 'M_FORBIDDEN', answers = '1', piece = 0): RoomEvent => ({
  type: 'answer.refused',
  turn: TurnId.parse(turn),
  piece,
  answer: { markdown: 'answer' },
  answers: id(answers),
  code,
});

/** The effects of the stories. */
type Effect = [type: string, params: unknown];
export const say = (notice: Notice, answers: string | null): Effect => [
  'say',
  { notice, answers: answers === null ? null : id(answers) },
];
/** Of a turn: it comes behind its answer. */
export const told = (notice: Notice, answers = '1', turn = 1): Effect => [
  'say',
  { notice, answers: id(answers), turn },
];
/** It rings. */
export const alerted = (notice: Notice, answers = '1', turn = 1): Effect => [
  'say',
  { notice, answers: id(answers), mentions: ann, turn },
];
/** It rings, and others stand between it and the text. */
export const alertedAsReply = (notice: Notice, answers = '1', turn = 1): Effect => [
  'say',
  { notice, answers: id(answers), relation: { isReply: true }, mentions: ann, turn },
];
export const apart = (turn = 1): Effect => ['go on as a reply', { turn }];
export const marked = (differs: Partial<Marker> = {}): Effect => [
  'write the marker',
  {
    marker: {
      version: 1,
      kind: 'chat',
      person: ann,
      number: null,
      name: null,
      agent,
      contextId: ContextId.parse('7'),
      archived: false,
      ...differs,
    },
  },
];
export const wished = (wish: Wish, person = ann): Effect => ['tell the person', { person, wish }];
export const joins = (greet: boolean): Effect => ['join the room', { greet }];
export const hidden: Effect = ['hide typing', {}];
export const typing: Effect = ['show typing', {}];
export const closed = (turn = 1): Effect => ['close the connection', { turn }];
export const placeWanted = (turn = 1): Effect => ['ask for a place', { turn, agent }];
export const stopWanted = (trouble: Trouble | null = null): Effect => ['stop the agent', { turn: 1, trouble }];
export const delivery = (markdown: string, preview: EventId | null = null): Effect => [
  'deliver the answer',
  { turn: 1, answer: { markdown } satisfies Answer, preview, answers: id('1') },
];

/** What a room remembers of pushes once it has left a conversation. */
export const leftBehind = (contextId = '7', of = agent): RoomContext['pushes'] => ({
  ...untouched.pushes,
  retired: [{ agent: of, contextId: ContextId.parse(contextId) }],
});

/** What one event did. */
interface Outcomes {
  /** Where the conversation is, as a path; `unclaimed`, `pointing`, `refusing` or `left` where there is none. */
  at: string;
  does: Effect[];
  /** The parts of the context that are not what they were, but for the diary, which changes with every turn. */
  changes: Partial<Omit<RoomContext, 'diary'>>;
}

/** A room between two events. */
export interface Scene {
  at: string;
  context: RoomContext;
  /** Delays that run, by name, ms. */
  timers: Record<string, number>;
  /** All that decides how it goes on, as text: the same for rooms that no event tells apart. */
  text(): string;
  /** What the event does; the scene itself stays as it is. */
  on(event: RoomEvent): Outcomes;
  /** The scene after more events. */
  after(...events: RoomEvent[]): Scene;
  /** The event by which a running delay ends. Throws when it does not run. */
  end(delay: string): RoomEvent;
}

/** The transitions that the stories took so far, as `state × event × place among those for the event`. */
export const taken = new Set<string>();

type RoomSnapshot = ReturnType<typeof roomMachine.resolveState>;
/** What runs, ms, by the event that ends it. */
type Timers = Record<string, number>;

/** The same as `play`, in a house that allows something else. */
export function playWith(limits: Partial<RoomLimits>, ...events: RoomEvent[]): Scene {
  return sceneOf(resolve('unclaimed', untouched, 'active', { ...testLimits, ...limits }), {}).after(...events);
}

/** A room after these events, from the very first one on. */
export function play(...events: RoomEvent[]): Scene {
  return sceneOf(resolve('unclaimed', untouched), {}).after(...events);
}

function sceneOf(snapshot: RoomSnapshot, timers: Timers): Scene {
  const at = placeOf(snapshot.value);
  const context = snapshot.context;
  return {
    at,
    context,
    timers: Object.fromEntries(Object.entries(timers).map(([event, ms]) => [event.split('.')[2] ?? '', ms])),
    text: () => JSON.stringify([snapshot.value, context, timers]),
    on(event) {
      const next = run(snapshot, timers, event);
      const entries = Object.entries(next.snapshot.context) as [keyof RoomContext, unknown][];
      const changes = entries.filter(
        ([key, now]) => key !== 'diary' && JSON.stringify(now) !== JSON.stringify(context[key]),
      );
      return { at: placeOf(next.snapshot.value), does: next.does, changes: Object.fromEntries(changes) };
    },
    after(...[event, ...more]) {
      if (event === undefined) return this;
      const next = run(snapshot, timers, event);
      return sceneOf(next.snapshot, next.timers).after(...more);
    },
    end(delay) {
      const event = Object.keys(timers).find((type) => type.startsWith(`xstate.after.${delay}.`));
      if (event === undefined) throw new Error(`'${delay}' does not run in '${at}'`);
      return { type: event } as never;
    },
  };
}

/** One event as the host plays it: out of a record and back into one. */
function run(snapshot: RoomSnapshot, timers: Timers, event: RoomEvent) {
  const running = { ...timers };
  if (event.type in running) delete running[event.type];
  const { next, actions, transitions } = observed(roomMachine, snapshot, event);
  if (snapshot.status === 'active') for (const one of transitions) taken.add(nameOf(one));
  const does: Effect[] = [];
  for (const { type, params } of actions) {
    if (type === 'xstate.raise') {
      const { event: due, delay } = params as { event: { type: string }; delay?: number };
      if (delay !== undefined) running[due.type] = delay;
    } else if (type === 'xstate.cancel') {
      delete running[(params as { sendId: string }).sendId];
    } else {
      does.push([type, reread(roomEffectSchemas, type, params)]);
    }
  }
  const { value, status } = next as RoomSnapshot;
  const { limits } = snapshot.context;
  const context = RoomContext.parse(JSON.parse(JSON.stringify(next.context)));
  return { snapshot: resolve(value, context, status, limits), timers: running, does };
}

function resolve(
  value: StateValue,
  context: RoomContext,
  status: RoomSnapshot['status'] = 'active',
  limits = testLimits,
): RoomSnapshot {
  return roomMachine.resolveState({ value, context: { ...context, limits }, status }) as RoomSnapshot;
}

function placeOf(value: StateValue): string {
  const path = (inner: StateValue | undefined): string[] =>
    inner === undefined || typeof inner === 'string'
      ? [inner ?? '']
      : Object.entries(inner).flatMap(([key, deeper]) => [key, ...path(deeper)]);
  if (typeof value === 'string') return value;
  const serving = value.serving as { conversation: StateValue };
  return path(serving.conversation).join(' / ');
}
