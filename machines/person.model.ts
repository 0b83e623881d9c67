/** The words of a person: their Space and chats, a chat in the making, what is heard and wanted done. All of it is JSON. */
import { z } from 'zod';
import { RoomId, UserId, EventId, AgentId, ContextId } from './ids.ts';
import type { Notice } from './notices.ts';
import { Assignment, Text, type RoomEvent } from './room.model.ts';

/** One chat of a person's Space. */
export const Chat = z.object({ number: z.number().int(), room: RoomId, name: z.string(), archived: z.boolean() });
export type Chat = z.infer<typeof Chat>;

/** A chat in the making: what is known of it so far; every step looks here first. */
export const Job = z.object({
  /** Names the creation of the room, so that a second try finds what the first made. */
  operation: z.string(),
  /** The same for the Space, where there is none yet. */
  spaceOperation: z.string(),
  /** The room that asked, and what it asked. */
  origin: RoomId,
  answers: EventId.nullable(),
  /** Null: the default name. */
  name: z.string().nullable(),
  /** The person puts it away while it is being made. */
  archived: z.boolean(),
  agent: AgentId,
  assignment: Assignment,
  contextId: ContextId,
  /** Null until its turn comes, and where no chat is wanted but the Space anew. */
  number: z.number().int().nullable(),
  room: RoomId.nullable(),
  /** What its person says there first. */
  first: Text.optional(),
});
export type Job = z.infer<typeof Job>;

export const PersonContext = z.object({
  person: UserId,
  space: RoomId.nullable(),
  nextNumber: z.number().int().positive(),
  chats: z.array(Chat),
  job: Job.nullable(),
  waiting: z.array(Job).max(100),
  /** A job that was refused half-way: the next one goes on where it ended. */
  failed: Job.nullable(),
  /** The invitations to everything that the person has are on their way. */
  inviting: z.boolean().default(false),
});
export type PersonContext = z.infer<typeof PersonContext>;

export type PersonEvent =
  | { type: 'chat.wanted'; job: Job }
  | { type: 'access.wanted'; job: Job }
  | { type: 'chats.asked'; origin: RoomId; answers: EventId; all: boolean }
  | { type: 'chat.renamed'; room: RoomId; name: string }
  | { type: 'archive.wanted'; origin: RoomId; answers: EventId }
  | { type: 'unarchive.wanted'; origin: RoomId; answers: EventId; number: number | null }
  | { type: 'chat.gone'; room: RoomId }
  | {
      type: 'chat.moved';
      room: RoomId;
      replacement: RoomId;
      agent: AgentId;
      assignment: Assignment;
      contextId: ContextId;
    }
  /** The bot is no longer in this Space. */
  | { type: 'space.gone'; room: RoomId }
  /** The invitations are there (`invited`: those that were sent for it), or one was refused. `origin`: who is told; null: nobody. */
  | { type: 'access.restored'; origin: RoomId | null; answers: EventId | null; invited: number; code: string | null }
  // the steps
  | ({ type: 'space.made'; room: RoomId } & StepOf)
  | ({ type: 'space.marked' } & StepOf)
  | ({ type: 'space.alias dropped' } & StepOf)
  | ({ type: 'chat.made'; room: RoomId; name: string } & StepOf)
  | ({ type: 'chat.linked' } & StepOf)
  | ({ type: 'chat.alias dropped' } & StepOf)
  | ({ type: 'chat.introduced' } & StepOf)
  | ({ type: 'step.refused'; code: string } & StepOf);

/** Which creation a step belongs to, and in which Space it was made; null where that does not matter. */
interface StepOf {
  operation: string;
  space: RoomId | null;
}

export const personEffects = {
  'create the Space': 'repeatable',
  'mark the Space': 'repeatable',
  "drop the Space's alias": 'repeatable',
  'create the chat': 'repeatable',
  'link the chat': 'repeatable',
  "drop the chat's alias": 'repeatable',
  'introduce the chat': 'repeatable',
  'link the other chats': 'repeatable',
  'restore access': 'repeatable',
  'invite again': 'repeatable',
  'tell the room': 'repeatable',
  say: 'repeatable',
} as const;

export interface PersonEffectParams {
  'create the Space': { operation: string; person: UserId };
  'mark the Space': { operation: string; space: RoomId; person: UserId };
  "drop the Space's alias": { operation: string; space: RoomId };
  'create the chat': { operation: string; person: UserId; space: RoomId; number: number; name: string | null };
  'link the chat': { operation: string; space: RoomId; room: RoomId };
  "drop the chat's alias": { operation: string; room: RoomId };
  'introduce the chat': { operation: string; room: RoomId; event: RoomEvent };
  'link the other chats': { space: RoomId; rooms: RoomId[] };
  /** `origin`: where it is told how it went, and what was asked there. */
  'restore access': {
    person: UserId;
    rooms: RoomId[];
    origin?: RoomId | undefined;
    answers?: EventId | null | undefined;
  };
  'invite again': { person: UserId; rooms: RoomId[] };
  'tell the room': { room: RoomId; event: RoomEvent };
  say: { room: RoomId; notice: Notice; answers: EventId | null };
}
