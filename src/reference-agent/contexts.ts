/** What the bot wants done with the memory of a conversation: by frames of their own, or in words. */
import type { Parts } from '../workspace/folder-handle.ts';
import { AgentError, type ContextFrame } from './frames.ts';
import type { Said } from './memory.ts';
import type { Work } from './run.ts';
import type { Saves } from './saves.ts';

/** How this agent takes it: `none` has never heard of it. */
export type Contexts = 'frames' | 'words' | 'none';

/** The memory of one conversation. */
export interface Memory {
  get(): readonly Said[];
  add(said: readonly Said[]): void;
  /** Another one gets a copy. */
  copyTo(chat: string): Promise<void>;
}

/** Does what a frame says; END is all that it answers. */
export function workOfFrame(frame: ContextFrame, chat: string, memory: Memory, saves: Saves): Work {
  return async () => {
    if (frame.type === 'CONTEXT_SAVE') await saves.keep(frame.user_id, frame.name, memory.get());
    else if (frame.type === 'CONTEXT_LOAD') memory.add(found(await saves.find(frame.user_id, frame.name)));
    else if (frame.from !== chat || frame.to === chat) {
      throw new AgentError('AGENT_PROTOCOL_ERROR', 'A branch goes from the conversation at hand to another one.');
    } else await memory.copyTo(frame.to);
    return 0;
  };
}

/** Does what a prompt says; null where the text is none. */
export function workOfPrompt(text: string, memory: Memory, saves: Saves): Work | null {
  const [, wish, folder, file] = PROMPT.exec(text) ?? [];
  if (wish === undefined || file === undefined) return null;
  const parts: Parts = ['contexts', ...(folder === undefined ? [] : [folder]), file];
  return async ({ say }) => {
    if (wish === 'save') await saves.write(parts, memory.get());
    else memory.add(found(await saves.read(parts)));
    say(wish === 'save' ? 'Saved' : 'Loaded');
    return null;
  };
}

const PROMPT = /^Please (save|read) [^`]*`contexts\/(?:([0-9a-f]{32})\/)?([\w-]{1,64}\.md)` of your workspace\./;

function found(said: Said[] | null): Said[] {
  if (said === null) throw new AgentError('CONTEXT_NOT_FOUND', 'There is no such save.');
  return said;
}
