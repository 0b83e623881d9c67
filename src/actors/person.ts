/** What a person brings to the pure heart: the chart, the first record, what acknowledged steps mean. */
import type { AnyEventObject } from 'xstate';
import { personEffectSchemas } from '../../machines/effect-schemas.ts';
import {
  PersonContext,
  personEffects,
  type PersonEffectParams,
  type PersonEvent,
} from '../../machines/person.model.ts';
import { RoomId, type EventId, type UserId } from '../../machines/ids.ts';
import { personMachine } from '../../machines/person.machine.ts';
import { newRecord, readRecord, type Envelope, type OutboxItem } from '../durable/record.ts';
import type { Definition, Result } from '../durable/definition.ts';
import { withoutAliasSteps } from './person-before.ts';

export type PersonDefinition = Definition<PersonContext, PersonEvent>;

export function personDefinition(device: string): PersonDefinition {
  return {
    name: 'person',
    machine: personMachine,
    context: PersonContext,
    limits: {},
    device,
    effects: personEffects,
    light: new Set(),
    classify: (_, event) => [event],
    settled,
    apology,
  };
}

/** What is known of a person, from nothing (`facts` left out) or from the homeserver. */
export function newPersonRecord(
  person: UserId,
  origin: string,
  facts: Pick<PersonContext, 'space' | 'nextNumber' | 'chats'> &
    Partial<Pick<PersonContext, 'language' | 'contextId'>> = {
    ...{ space: null, nextNumber: 1, chats: [] },
  },
): Envelope<PersonContext> {
  const nothing = { job: null, waiting: [], failed: null, inviting: false, saves: [], language: null, contextId: null };
  const context: PersonContext = { person, ...nothing, ...facts };
  return newRecord('person', origin, 'ready', context);
}

/** A person's stored record, checked whole. Throws `UnreadableRecord`. */
export function readPersonRecord(stored: unknown): Envelope<PersonContext> {
  return readRecord(withoutAliasSteps(stored), {
    ...{ name: 'person', machine: personMachine, context: PersonContext, params: personEffectSchemas },
  });
}

/** Which room asked for something and what it asked with; null for what nobody waits for. */
export function askedBy(event: AnyEventObject): { room: RoomId; answers: EventId | null } | null {
  const { job, ...own } = event as { job?: Asking } & Asking;
  const { origin, answers = null } = job ?? own;
  return origin === undefined ? null : { room: origin, answers };
}

interface Asking {
  origin?: RoomId;
  answers?: EventId | null;
}

const doneEvents: Partial<Record<keyof PersonEffectParams, PersonEvent['type']>> = {
  'mark the Space': 'space.marked',
  'link the chat': 'chat.linked',
  'introduce the chat': 'chat.introduced',
};

function settled(item: OutboxItem, result: Result): AnyEventObject | null {
  if (item.type === 'restore access') return accessRestored(item, result);
  const { operation, space = null } = item.params as { operation?: string; space?: RoomId };
  if (operation === undefined) return null;
  const of = { operation, space };
  if (!result.ok) return { type: 'step.refused', ...of, code: result.code };
  switch (item.type as keyof PersonEffectParams) {
    case 'create the Space':
      return { type: 'space.made', ...of, room: RoomId.parse(result['room']) };
    case 'create the chat':
      return { type: 'chat.made', ...of, room: RoomId.parse(result['room']), name: String(result['name']) };
    default: {
      const type = doneEvents[item.type as keyof PersonEffectParams];
      return type === undefined ? null : { type, ...of };
    }
  }
}

function accessRestored({ params }: OutboxItem, result: Result): PersonEvent {
  const { origin = null, answers = null } = params as PersonEffectParams['restore access'];
  const invited = result.ok ? Number(result['invited'] ?? 0) : 0;
  return { type: 'access.restored', origin, answers, invited, code: result.ok ? null : result.code };
}

function apology(event: PersonEvent) {
  const asked = askedBy(event);
  return asked === null ? null : { type: 'say', params: { ...asked, notice: { key: 'room is troubled' } } };
}
