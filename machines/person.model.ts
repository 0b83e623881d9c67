/** The words of a person: their Space and chats, a chat in the making, what is heard and wanted done. All of it is JSON. */
import { z } from 'zod';
import { RoomId, UserId, EventId, AgentId, ContextId } from './ids.ts';
import { Language } from './language.ts';
import type { Notice } from './notices.ts';
import type { RoomEvent } from './room.events.ts';
import { Assignment, Text, type Ask } from './room.model.ts';
import { Save } from './saves.ts';

/** One chat of a person's Space. */
export const Chat = z.object({ number: z.number().int(), room: RoomId, name: z.string(), archived: z.boolean() });
export type Chat = z.infer<typeof Chat>;

/** Where a chat stands in the Space. */
export const Place = Chat.omit({ name: true });
export type Place = z.infer<typeof Place>;

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
  /** It goes on with the copy of a conversation, which is for no other chat. */
  copied: z.literal(true).optional(),
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
  saves: z.array(Save).default([]),
  /** What they chose to be spoken to in; null: what the operator says. */
  language: Language.nullable().default(null),
  /** The memory of all their rooms (`policy.context.scope: person`), once they cleared the one of before. */
  contextId: ContextId.nullable().default(null),
});
export type PersonContext = z.infer<typeof PersonContext>;

export type PersonEvent =
  | { type: 'chat.wanted'; job: Job }
  | { type: 'access.wanted'; job: Job }
  | { type: 'chats.asked'; origin: RoomId; answers: EventId; all: boolean }
  | { type: 'chat.renamed'; room: RoomId; name: string }
  | { type: 'archive.wanted'; origin: RoomId; answers: EventId }
  | { type: 'unarchive.wanted'; origin: RoomId; answers: EventId; number: number | null }
  | {
      type: 'saves.asked';
      origin: RoomId;
      answers: EventId;
      thread?: EventId | undefined;
      agent: AgentId;
      ask: Ask;
    }
  | { type: 'save.made'; origin: RoomId; save: Save }
  | { type: 'chat.gone'; room: RoomId }
  | { type: 'language.chosen'; origin: RoomId; language: Language }
  | { type: 'context.chosen'; origin: RoomId; contextId: ContextId }
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
  | ({ type: 'chat.made'; room: RoomId; name: string } & StepOf)
  | ({ type: 'chat.linked' } & StepOf)
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
  'create the chat': 'repeatable',
  'link the chat': 'repeatable',
  'introduce the chat': 'repeatable',
  'link the other chats': 'repeatable',
  'restore access': 'repeatable',
  'invite again': 'repeatable',
  'tell the room': 'repeatable',
  'tell all rooms': 'repeatable',
  say: 'repeatable',
} as const;

export interface PersonEffectParams {
  /** `chats`: what stands in it from the beginning; records of before do not say it. */
  'create the Space': { operation: string; person: UserId; chats?: Place[] | undefined };
  'mark the Space': { operation: string; space: RoomId; person: UserId };
  'create the chat': { operation: string; person: UserId; space: RoomId | null; number: number; name: string | null };
  /** Records of before do not say where it stands. */
  'link the chat': {
    operation: string;
    space: RoomId;
    room: RoomId;
    number?: number | null | undefined;
    archived?: boolean | undefined;
  };
  'introduce the chat': { operation: string; room: RoomId; event: RoomEvent };
  /** `rooms`: those of which nobody knows where they stand, in records of before. */
  'link the other chats': { space: RoomId; rooms: RoomId[]; chats?: Place[] | undefined };
  /** `origin`: where it is told how it went, and what was asked there. */
  'restore access': {
    person: UserId;
    rooms: RoomId[];
    origin?: RoomId | undefined;
    answers?: EventId | null | undefined;
  };
  'invite again': { person: UserId; rooms: RoomId[] };
  'tell the room': { room: RoomId; event: RoomEvent };
  /** Chats, entry rooms and all others that are theirs, as the host knows them. */
  'tell all rooms': { event: RoomEvent };
  say: { room: RoomId; notice: Notice; answers: EventId | null };
}
