/** The ids that all machines share, branded so that none is taken for another. */
import { z } from 'zod';

export const RoomId = z.string().startsWith('!').brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

export const UserId = z
  .string()
  .regex(/^@[^:]*:.+$/)
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

export const EventId = z.string().startsWith('$').brand<'EventId'>();
export type EventId = z.infer<typeof EventId>;

export const AgentId = z.string().min(1).brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;

/** `platform_chat_id`: the id of a conversation's memory on the agent's side, decimal on the wire. */
export const ContextId = z.string().regex(/^\d+$/).brand<'ContextId'>();
export type ContextId = z.infer<typeof ContextId>;

/** Where each person has one memory only (`policy.context.scope: person`), it has this id until they clear it. */
export const ONLY_CONTEXT = '0' as ContextId;

/** Numbers the turns of one room; whatever answers a turn carries it, so that a late answer fails a guard. */
export const TurnId = z.number().int().positive().brand<'TurnId'>();
export type TurnId = z.infer<typeof TurnId>;

/**
 * Where a homeserver keeps a file (Content repository). The server begins with a letter, a digit or a bracket: it becomes a
 * part of a path, and `..` is none.
 */
export const MxcUri = z
  .string()
  .regex(/^mxc:\/\/(?:[A-Za-z0-9][A-Za-z0-9.-]{0,229}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?\/[A-Za-z0-9_-]{1,255}$/)
  .brand<'MxcUri'>();
export type MxcUri = z.infer<typeof MxcUri>;
