import type { StateValue } from 'xstate';
import { AgentId, ContextId, EventId, RoomId, UserId } from '../../../machines/ids.ts';
import { PersonContext, type Job, type PersonEvent, type Place } from '../../../machines/person.model.ts';
import { type Notice } from '../../../machines/notices.ts';
import { personEffectSchemas } from '../../../machines/effect-schemas.ts';
import { personMachine } from '../../../machines/person.machine.ts';
import { nameOf, observed } from '../coverage.ts';
import { reread } from '../reread.ts';

export const ann = UserId.parse('@ann:example.org');
export const entry = RoomId.parse('!entry:example.org');
export const space = RoomId.parse('!space:example.org');
export const room = (number: number): RoomId => RoomId.parse(`!chat${number}:example.org`);
export const asked = EventId.parse('$asked');

export const job = (operation: string, differs: Partial<Job> = {}): Job => ({
  operation,
  spaceOperation: `${operation}.space`,
  origin: entry,
  answers: asked,
  name: null,
  agent: AgentId.parse('scribe'),
  assignment: 'configured',
  contextId: ContextId.parse('7'),
  number: null,
  room: null,
  archived: false,
  ...differs,
});
export const chat = (number: number, archived = false) => ({
  number,
  room: room(number),
  name: `Chat ${number}`,
  archived,
});

export type PersonSnapshot = ReturnType<typeof personMachine.resolveState>;
export type Effect = [type: string, params: unknown];

export const taken = new Set<string>();

/** A person between two events; each event is played as the host does it, out of a record and back into one. */
export class Story {
  readonly snapshot: PersonSnapshot;
  readonly does: Effect[];

  constructor(snapshot: PersonSnapshot, does: Effect[]) {
    this.snapshot = snapshot;
    this.does = does;
  }

  get at(): string {
    const value: StateValue = this.snapshot.value;
    return typeof value === 'string' ? value : (value['making a chat'] as string);
  }

  get context(): PersonContext {
    return this.snapshot.context;
  }

  after(...[event, ...more]: PersonEvent[]): Story {
    if (event === undefined) return this;
    const { next, actions, transitions } = observed(personMachine, this.snapshot, event);
    for (const one of transitions) taken.add(nameOf(one));
    const context = PersonContext.parse(JSON.parse(JSON.stringify(next.context)));
    const does = actions.map(({ type, params }): Effect => [type, reread(personEffectSchemas, type, params)]);
    return new Story(personMachine.resolveState({ value: next.value as StateValue, context }), does).after(...more);
  }

  /** Where the event leads, what it does, and which parts of the context are not what they were. */
  on(event: PersonEvent) {
    const next = this.after(event);
    const changes = Object.entries(next.context).filter(
      ([key, now]) => JSON.stringify(now) !== JSON.stringify(this.context[key as keyof PersonContext]),
    );
    return { at: next.at, does: next.does, changes: Object.fromEntries(changes) as Partial<PersonContext> };
  }
}

export const nobody: PersonContext = {
  person: ann,
  space: null,
  nextNumber: 1,
  chats: [],
  job: null,
  waiting: [],
  failed: null,
  inviting: false,
  saves: [],
  language: null,
  contextId: null,
};
export const ready = (differs: Partial<PersonContext> = {}) =>
  new Story(personMachine.resolveState({ value: 'ready', context: { ...nobody, ...differs } }), []);
/** Two chats, one of them archived. */
export const settled = ready({ space, nextNumber: 3, chats: [chat(1), chat(2, true)] });

export const wanted = (operation = 'a', differs: Partial<Job> = {}): PersonEvent => ({
  type: 'chat.wanted',
  job: job(operation, differs),
});
export const access = (operation = 'a'): PersonEvent => ({ type: 'access.wanted', job: job(operation) });
export const refused = (
  step: { operation?: string; space?: RoomId | null; code?: string } = {},
): Extract<PersonEvent, { type: 'step.refused' }> => ({
  type: 'step.refused',
  operation: 'a',
  space: null,
  code: 'M_FORBIDDEN',
  ...step,
});
export const spaceGone: PersonEvent = { type: 'space.gone', room: space };
export const renamed = (number: number, name: string): PersonEvent => ({
  type: 'chat.renamed',
  room: room(number),
  name,
});
export const gone = (number: number): PersonEvent => ({ type: 'chat.gone', room: room(number) });
export const say = (notice: Notice): Effect => ['say', { room: entry, notice, answers: asked }];

/** The steps of a first chat: what ends each. */
export const steps = (operation = 'a', number = 1, name = `Chat ${number}`, within = space): PersonEvent[] => {
  const [made, ...further] = chatSteps(operation, number, name, within);
  return [{ ...made!, space: null } as PersonEvent, ...spaceSteps(`${operation}.space`, within), ...further];
};
/** Those of a Space. */
export const spaceSteps = (operation = 'a.space', within = space): PersonEvent[] => [
  { type: 'space.made', operation, space: null, room: within },
  { type: 'space.marked', operation, space: within },
];
/** Those of a chat in a Space that stands. */
export const chatSteps = (operation = 'a', number = 1, name = `Chat ${number}`, within = space): PersonEvent[] => [
  { type: 'chat.made', operation, space: within, room: room(number), name },
  { type: 'chat.linked', operation, space: within },
  { type: 'chat.introduced', operation, space: null },
];
export const places = [
  'making the room',
  'making the Space',
  'marking the Space',
  'linking the room',
  'introducing the room',
];

/** A first chat in the making, by the step that it is at. */
export const making: [at: string, Story, left: PersonEvent[]][] = places.map((at, done) => [
  at,
  ready().after(wanted(), ...steps().slice(0, done)),
  steps().slice(done),
]);
export const place = (number: number, archived = false): Place => ({ number, room: room(number), archived });
/** `chats`: what stands in it from the beginning. */
export const createsSpace = (operation = 'a.space', chats = [place(1)]): Effect => [
  'create the Space',
  { operation, person: ann, chats },
];
/** `within`: none where there is no Space yet. */
export const createsChat = (
  operation = 'a',
  number = 1,
  name: string | null = null,
  within: RoomId | null = space,
): Effect => ['create the chat', { operation, person: ann, space: within, number, name }];
export const links = (operation = 'a', number = 1, within = space): Effect => [
  'link the chat',
  { operation, space: within, ...place(number) },
];
/** The chats stand in the Space where they should. */
export const lists = (...chats: Place[]): Effect => ['link the other chats', { space, rooms: [], chats }];
export const introduces = (operation = 'a', number = 1, name = `Chat ${number}`): Effect => [
  'introduce the chat',
  {
    operation,
    room: room(number),
    event: {
      type: 'room.adopted',
      person: ann,
      agent: 'scribe',
      assignment: 'configured',
      contextId: '7',
      number,
      name,
      archived: false,
    },
  },
];
export const isReady = (number: number, name = `Chat ${number}`): Effect =>
  say({ key: 'chat is ready', chat: name, number, room: room(number) });
export const couldNot = (code = 'M_FORBIDDEN'): Effect => say({ key: 'chat could not be made', code });
/** What the person is told on coming back to these chats. */
export const invitesAgain = (...numbers: number[]): Effect[] => [
  ['restore access', { person: ann, rooms: [space, ...numbers.map(room)], origin: entry, answers: asked }],
];
/** The invitations were sent, or refused. */
export const invitedAgain = (invited = 0, code: string | null = null): PersonEvent => ({
  ...{ type: 'access.restored', origin: entry, answers: asked, invited, code },
});
/** What the person is told of these chats. */
export const isThere = (invited: number, ...list: ReturnType<typeof chat>[]): Effect =>
  say({ key: 'access is restored', chats: list.length, list, invited });
