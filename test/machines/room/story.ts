import { createActor, transition, type AnyTransitionDefinition, type Snapshot, type StateValue } from 'xstate';
import { AgentId, ContextId, EventId, RoomContext, RoomId, TurnId, UserId } from '../../../machines/model.ts';
import type { Answer, Notice, Outcome, Question, RoomEvent, Text, Trouble } from '../../../machines/model.ts';
import { roomMachine } from '../../../machines/room.machine.ts';

export const ann = UserId.parse('@ann:example.org');
export const bob = UserId.parse('@bob:example.org');
export const agent = AgentId.parse('scribe');
export const id = (name: string): EventId => EventId.parse(`$${name}`);

/** What a room remembers before anything happened. */
export const untouched: RoomContext = {
  room: RoomId.parse('!room:example.org'),
  person: null,
  agent: AgentId.parse('nobody'),
  contextId: ContextId.parse('1'),
  session: null,
  turns: 0,
  turn: null,
  waiting: [],
  unanswered: null,
  question: null,
  told: [],
};

type SimpleCommand = 'help' | 'stop' | 'retry' | 'yes' | 'no';

/** The events of the stories. `turn` is 1 unless said otherwise; a message's id is `$` and its name. */
export const invited = (person = ann, to = agent): RoomEvent => ({
  type: 'room.invited',
  person,
  agent: to,
  contextId: ContextId.parse('7'),
});
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
export const clear: RoomEvent = {
  type: 'command.clear',
  eventId: id('clear'),
  sender: ann,
  contextId: ContextId.parse('8'),
};
export const joined: RoomEvent = { type: 'room.joined' };
export const left: RoomEvent = { type: 'room.left' };
export const resumed: RoomEvent = { type: 'resumed' };
export const bystander = (sender = bob): RoomEvent => ({ type: 'bystander.spoke', eventId: id('bystander'), sender });
export const granted = (turn = 1): RoomEvent => ({ type: 'place.granted', turn: TurnId.parse(turn) });
export const awaited = (position: number, turn = 1): RoomEvent => ({
  type: 'place.awaited',
  turn: TurnId.parse(turn),
  position,
});
export const opened = (turn = 1): RoomEvent => ({ type: 'connection.opened', turn: TurnId.parse(turn) });
export const ready = (
  can: { idempotent?: boolean; confirmations?: boolean; session?: string | null } = {},
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
export const asked = (about: Question = question, turn = 1): RoomEvent => ({
  type: 'agent.asked',
  turn: TurnId.parse(turn),
  question: about,
});
export const sentFile = (turn = 1): RoomEvent => ({
  type: 'agent.sent a file',
  turn: TurnId.parse(turn),
  path: '/workspace/a.txt',
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
): RoomEvent => ({
  type: 'turn.ended',
  turn: TurnId.parse(turn),
  outcome,
  answer: answer === null ? null : { markdown: answer },
  trouble,
  tokens: 3,
});
export const delivered = (turn = 1): RoomEvent => ({ type: 'answer.delivered', turn: TurnId.parse(turn) });
export const refused = (turn = 1): RoomEvent => ({ type: 'answer.refused', turn: TurnId.parse(turn) });

/** The effects of the stories. */
type Effect = [type: string, params: unknown];
export const say = (notice: Notice, answers: string | null): Effect => [
  'say',
  { notice, answers: answers === null ? null : id(answers) },
];
export const hidden: Effect = ['hide typing', {}];
export const typing: Effect = ['show typing', {}];
export const closed = (turn = 1): Effect => ['close the connection', { turn }];
export const placeWanted = (turn = 1): Effect => ['ask for a place', { turn, agent }];
export const stopWanted = (trouble: Trouble | null = null): Effect => ['stop the agent', { turn: 1, trouble }];
export const delivery = (markdown: string, preview: EventId | null = null): Effect => [
  'deliver the answer',
  { turn: 1, answer: { markdown } satisfies Answer, preview, answers: id('1') },
];

/** What one event did. */
interface Outcomes {
  /** Where the conversation is, as a path; `left` when the room is over. */
  at: string;
  does: Effect[];
  /** The parts of the context that are not what they were. */
  changes: Partial<RoomContext>;
}

/** A room between two events. */
export interface Scene {
  at: string;
  context: RoomContext;
  /** Delays that run, by name, ms. */
  timers: Record<string, number>;
  /** What the event does; the scene itself stays as it is. */
  on(event: RoomEvent): Outcomes;
  /** The scene after more events. */
  after(...events: RoomEvent[]): Scene;
  /** The event by which a running delay ends. Throws when it does not run. */
  end(delay: string): RoomEvent;
}

/** The transitions that the stories took so far, as `state × event × place among those for the event`. */
export const taken = new Set<string>();

/** A transition's name in `taken`. */
export function nameOf({ source, eventType, ...transition }: AnyTransitionDefinition): string {
  const siblings = eventType === '' ? source.always : source.transitions.get(eventType as string);
  const index = siblings?.findIndex((other) => other.guard === transition.guard) ?? -1;
  return `${source.id} × ${eventType as string} × ${index}`;
}

type RoomSnapshot = ReturnType<typeof roomMachine.resolveState>;
/** What runs, ms, by the event that ends it. */
type Timers = Record<string, number>;

/** A room after these events, from the very first one on. */
export function play(...events: RoomEvent[]): Scene {
  const value = { serving: { conversation: 'idle', tray: 'empty', dialog: 'none' } } as const;
  return sceneOf(roomMachine.resolveState({ value, context: untouched }), {}).after(...events);
}

function sceneOf(snapshot: RoomSnapshot, timers: Timers): Scene {
  const at = placeOf(snapshot.value);
  const context = snapshot.context;
  return {
    at,
    context,
    timers: Object.fromEntries(Object.entries(timers).map(([event, ms]) => [event.split('.')[2] ?? '', ms])),
    on(event) {
      const next = run(snapshot, timers, event);
      const entries = Object.entries(next.snapshot.context) as [keyof RoomContext, unknown][];
      const changes = entries.filter(([key, now]) => JSON.stringify(now) !== JSON.stringify(context[key]));
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
  if (snapshot.status === 'active') note(snapshot, event);
  const running = { ...timers };
  if (event.type in running) delete running[event.type];
  const [next, actions] = transition(roomMachine, snapshot, event);
  const does: Effect[] = [];
  for (const { type, params } of actions as { type: string; params: unknown }[]) {
    if (type === 'xstate.raise') {
      const { event: due, delay } = params as { event: { type: string }; delay?: number };
      if (delay !== undefined) running[due.type] = delay;
    } else if (type === 'xstate.cancel') {
      delete running[(params as { sendId: string }).sendId];
    } else {
      does.push([type, params]);
    }
  }
  const { value, status } = next;
  const context = RoomContext.parse(JSON.parse(JSON.stringify(next.context)));
  return { snapshot: roomMachine.resolveState({ value, context, status }), timers: running, does };
}

/** Only a live actor tells which transitions it takes. */
function note(snapshot: RoomSnapshot, event: RoomEvent): void {
  const actor = createActor(roomMachine, {
    input: snapshot.context,
    snapshot: roomMachine.getPersistedSnapshot(snapshot) as Snapshot<unknown>,
    inspect(happened) {
      if (happened.type === '@xstate.microstep') happened._transitions.forEach((one) => taken.add(nameOf(one)));
    },
  });
  actor.subscribe({ error() {} });
  actor.start().send(event);
  actor.stop();
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
