/** The saves of a person: what agents keep of conversations, under names. */
import type { z } from 'zod';
import { AgentId, ContextId } from './ids.ts';
import { SaveLine } from './room.model.ts';

/** More than these are not listed: the oldest make room. */
const MOST_SAVES = 100;

/** `contextId`: the conversation that was saved. */
export const Save = SaveLine.extend({ agent: AgentId, contextId: ContextId });
export type Save = z.infer<typeof Save>;

/** What can be loaded where this agent answers, the newest first. */
export function savesWith(saves: readonly Save[], agent: AgentId): SaveLine[] {
  const theirs = saves.filter((save) => save.agent === agent);
  return theirs.map(({ name, at }) => ({ name, at })).sort((one, other) => other.at - one.at);
}

/** With one more; of the same name there is one for each agent. */
export function withSave(saves: readonly Save[], made: Save): Save[] {
  const others = saves.filter(({ name, agent }) => name !== made.name || agent !== made.agent);
  return [...others, made].slice(-MOST_SAVES);
}
