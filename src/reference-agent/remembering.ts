/** The memories of conversations: in this process, and where they are kept beyond it read from there and written back. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../ports.ts';
import { AgentError } from './frames.ts';
import { bounded, Conversation, weightOf, type Keep, type Said } from './memory.ts';
import type { Run } from './run.ts';

export interface Chat {
  name: string;
  conversation: Conversation;
  /** By the ids of their messages. */
  runs: Map<string, Run>;
}

export interface Remembering {
  chatOf(name: string): Chat;
  /** Where it is kept elsewhere it is read again when somebody asks. */
  letGo(name: string): void;
  /** Others may have something to add meanwhile: what is known is changed at once. Rejects where it cannot be kept. */
  change(chat: Chat, next: Partial<Conversation>): Promise<void>;
  /** The same with more, as far as there is room. */
  withMore(conversation: Conversation, more: readonly Said[]): Pick<Conversation, 'said' | 'forgotten'>;
  /** What END tells of it, where it is counted. */
  told(chat: Chat): object;
}

export interface RememberingWorld {
  /** Where conversations outlive the process; null: nowhere. */
  keep: Keep | null;
  /** About how much is remembered of a conversation by now; null: not counted in tokens. */
  tokens(): number | null;
  log: Log;
}

/** The session of conversations that have lost nothing. */
const KEPT = 'kept';

export function createRemembering({ keep, tokens, log }: RememberingWorld): Remembering {
  const chats = new Map<string, Chat>();
  const recall = createRecall({ keep, log });

  return {
    chatOf(name) {
      const chat = chats.get(name) ?? { name, conversation: recall(name), runs: new Map<string, Run>() };
      chats.set(name, chat);
      return chat;
    },
    letGo(name) {
      if (keep !== null) chats.delete(name);
    },
    async change(chat, next) {
      chat.conversation = { ...chat.conversation, ...next };
      try {
        await keep?.write(chat.name, chat.conversation);
      } catch (error) {
        log.error({ chat: chat.name, error }, 'the agent cannot keep a conversation');
        throw new AgentError('AGENT_MEMORY_FAILED', 'The agent could not keep what was said.');
      }
    },
    withMore({ said, forgotten }, more) {
      const all = [...said, ...more];
      const stays = bounded(all, tokens());
      return { said: stays, forgotten: forgotten + all.length - stays.length };
    },
    told({ conversation: { said, forgotten } }) {
      const most = tokens();
      if (most === null) return {};
      const used = said.reduce((sum, one) => sum + weightOf(one), 0);
      return { memory: { messages: said.length, tokens: used, most, forgotten } };
    },
  };
}

function createRecall({ keep, log }: Pick<RememberingWorld, 'keep' | 'log'>): (name: string) => Conversation {
  const ofThisProcess = keep === null ? randomUUID() : KEPT;
  const blank = (session: string): Conversation => ({ version: 1, session, said: [], forgotten: 0, answered: [] });
  return (chat) => {
    const found = keep?.read(chat) ?? null;
    if (found === null) return blank(ofThisProcess);
    const known = Conversation.safeParse(found.conversation);
    if (known.success) return known.data;
    log.error({ chat }, 'the memory of a conversation is damaged, a copy is kept');
    keep
      ?.putAside(chat, 'it is no conversation of this service')
      .catch((error: unknown) => log.error({ chat, error }, 'a damaged memory could not be put aside'));
    return blank(randomUUID());
  };
}
