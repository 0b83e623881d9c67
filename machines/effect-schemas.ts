/** The params of every effect that an outbox keeps, checked when a record of before is read. */
import { z } from 'zod';
import { AgentId, ContextId, EventId, RoomId, TurnId, UserId } from './ids.ts';
import { TrayFile } from './files.ts';
import { Language } from './language.ts';
import { Marker } from './marker.ts';
import { Farewell, Notice } from './notices.ts';
import { Place, type PersonEffectParams, type personEffects } from './person.model.ts';
import type { RoomEvent } from './room.events.ts';
import { Answer, Ask, Text } from './room.model.ts';
import { Save } from './saves.ts';
import { type RoomEffectParams, type roomEffects } from './room.effects.ts';
import { Relation } from './message.ts';

type Kept<Effects> = { [Name in keyof Effects]: Effects[Name] extends 'repeatable' ? Name : never }[keyof Effects];
type Schemas<Params, Name extends keyof Params> = { [Each in Name]: z.ZodType<Params[Each]> };

const answers = EventId.nullable();

const Wish = z.discriminatedUnion('type', [
  z.object({
    ...{ type: z.literal('chat.wanted'), answers, name: z.string().nullable(), first: Text.optional() },
    contextId: ContextId.optional(),
  }),
  z.object({ type: z.literal('access.wanted'), answers }),
  z.object({ type: z.literal('chats.asked'), answers: EventId, all: z.boolean() }),
  z.object({ type: z.literal('chat.renamed'), name: z.string() }),
  z.object({ type: z.literal('language.chosen'), language: Language }),
  z.object({ type: z.literal('context.chosen'), contextId: ContextId }),
  z.object({ type: z.literal('archive.wanted'), answers: EventId }),
  z.object({ type: z.literal('unarchive.wanted'), answers: EventId, number: z.number().nullable() }),
  z.object({
    ...{ type: z.literal('saves.asked'), answers: EventId, thread: EventId.optional() },
    ...{ agent: AgentId, ask: Ask },
  }),
  z.object({ type: z.literal('save.made'), save: Save }),
  z.object({ type: z.literal('chat.gone') }),
  z.object({ type: z.literal('chat.refused') }),
  z.object({ type: z.literal('chat.moved'), replacement: RoomId, contextId: ContextId }),
]);

export const roomEffectSchemas = {
  'join the room': z.object({ greet: z.boolean() }),
  'leave the room': z.object({ person: UserId, why: Farewell, lastWord: Notice.optional() }),
  'set the name': z.object({ name: z.string(), answers: EventId }),
  'write the marker': z.object({ marker: Marker }),
  'tell the person': z.object({ person: UserId, wish: Wish }),
  say: z.object({
    ...{ notice: Notice, answers },
    ...{ relation: Relation.optional(), mentions: UserId.optional(), turn: TurnId.optional() },
    ...{ about: EventId.optional(), task: z.string().optional() },
  }),
  'say the status': z.object({ answers, relation: Relation.optional() }),
  'answer the operator': z.object({
    ...{ answers: EventId, sender: UserId, words: z.string() },
    ...{ replyTo: EventId.optional(), relation: Relation.optional() },
  }),
  'deliver the answer': z.object({
    ...{ turn: TurnId, answer: Answer, preview: EventId.nullable(), answers: EventId, relation: Relation.optional() },
    ...{ stands: EventId.optional(), piece: z.number().optional() },
  }),
  'deliver the push': z.object({
    ...{ push: z.string(), agent: AgentId, person: UserId, answer: Answer, files: z.array(z.string()) },
  }),
  'fetch the file': z.object({ agent: AgentId, person: UserId, file: TrayFile }),
  'settle the file': z.object({ agent: AgentId, person: UserId, file: TrayFile }),
  'delete the file': z.object({ agent: AgentId, path: z.string(), bytes: z.number(), print: z.string() }),
  'send the files': z.object({
    ...{ agent: AgentId, person: UserId, paths: z.array(z.string()), answers },
    ...{ relation: Relation.optional(), isAll: z.literal(true).optional() },
  }),
  'mark the message': z.object({ of: EventId }),
  'take back': z.object({ event: EventId }),
  'change the notice': z.object({ of: EventId, notice: Notice, answers }),
} satisfies Schemas<RoomEffectParams, Kept<typeof roomEffects>>;

/** What a room hears is checked for being an event at all, no further: events have no schemas. */
const event = z.custom<RoomEvent>((value) => z.looseObject({ type: z.string() }).safeParse(value).success);
const operation = z.string();

export const personEffectSchemas = {
  'create the Space': z.object({ operation, person: UserId, chats: z.array(Place).optional() }),
  'mark the Space': z.object({ operation, space: RoomId, person: UserId }),
  'create the chat': z.object({
    ...{ operation, person: UserId, space: RoomId.nullable() },
    ...{ number: z.number(), name: z.string().nullable() },
  }),
  'link the chat': z.object({
    ...{ operation, space: RoomId, room: RoomId },
    ...{ number: z.number().nullable().optional(), archived: z.boolean().optional() },
  }),
  'introduce the chat': z.object({ operation, room: RoomId, event }),
  'link the other chats': z.object({
    space: RoomId,
    rooms: z.array(RoomId),
    chats: z.array(Place).optional(),
  }),
  'restore access': z.object({
    ...{ person: UserId, rooms: z.array(RoomId), origin: RoomId.optional(), answers: answers.optional() },
  }),
  'invite again': z.object({ person: UserId, rooms: z.array(RoomId) }),
  'tell the room': z.object({ room: RoomId, event }),
  'tell all rooms': z.object({ event }),
  say: z.object({ room: RoomId, notice: Notice, answers }),
} satisfies Schemas<PersonEffectParams, Kept<typeof personEffects>>;
