/** What the agent remembers of each conversation: the last messages, and the turns it need not run again. */
import type { Log } from '../ports.ts';
import { workOfFrame, workOfPrompt, type Contexts, type Memory } from './contexts.ts';
import type { ContextFrame, UserMessage } from './frames.ts';
import type { Run, Said, Work } from './run.ts';
import { startRun } from './run.ts';
import type { Saves } from './saves.ts';

/** Messages that a conversation's memory keeps. */
const MEMORY_LIMIT = 40;
/** Finished turns of a conversation that are answered again without running again. */
const DONE_LIMIT = 8;

export interface Chats {
  /**
   * The turn of this message: the one that already runs or is done where the message id is known, else a new one.
   * A turn that was stopped or failed is forgotten, so that asking again runs it again.
   */
  run(chat: string, message: UserMessage | ContextFrame): Run;
  /** Stops every running turn. */
  stop(): void;
}

interface Chat {
  name: string;
  memory: Said[];
  runs: Map<string, Run>;
}

interface ChatsWorld {
  work: Work;
  contexts: Contexts;
  saves: Saves;
  log: Log;
}

export function createChats({ work, contexts, saves, log }: ChatsWorld): Chats {
  const chats = new Map<string, Chat>();
  const running = new Set<Run>();

  function chatOf(name: string): Chat {
    const chat = chats.get(name) ?? { name, memory: [], runs: new Map<string, Run>() };
    chats.set(name, chat);
    return chat;
  }

  function remember(chat: Chat, said: readonly Said[]): void {
    chat.memory = [...chat.memory, ...said].slice(-MEMORY_LIMIT);
  }

  const memoryOf = (chat: Chat): Memory => ({
    get: () => chat.memory,
    add: (said) => remember(chat, said),
    copyTo: (other) => void (chatOf(other).memory = [...chat.memory]),
  });

  /** What is done with the memory does not go into it. */
  function workOnMemory(chat: Chat, message: UserMessage | ContextFrame): Work | null {
    if (message.type !== 'USER_MESSAGE') return workOfFrame(message, chat.name, memoryOf(chat), saves);
    return contexts === 'words' ? workOfPrompt(message.text, memoryOf(chat), saves) : null;
  }

  function start(chat: Chat, message: UserMessage | ContextFrame): Run {
    const onMemory = workOnMemory(chat, message);
    const { text, attachments } = message.type === 'USER_MESSAGE' ? message : { text: '', attachments: [] };
    const asked: Said = { role: 'user', content: text };
    const history = [...chat.memory, asked].slice(-MEMORY_LIMIT);
    const run = startRun(onMemory ?? work, { text, attachments, history }, { log });
    void run.finished.then(({ outcome, answer }) => {
      if (outcome === 'failed' || onMemory !== null) return;
      remember(chat, answer === '' ? [asked] : [asked, { role: 'assistant', content: answer }]);
    });
    return run;
  }

  const begin = (chat: Chat, message: UserMessage | ContextFrame): Run => {
    const { message_id: id } = message;
    const run = start(chat, message);
    running.add(run);
    if (id !== undefined) chat.runs.set(id, run);
    void run.finished.then(({ outcome }) => {
      running.delete(run);
      if (outcome !== 'done' && id !== undefined) chat.runs.delete(id);
      const done = [...chat.runs].filter(([, each]) => !running.has(each));
      for (const [old] of done.slice(0, -DONE_LIMIT)) chat.runs.delete(old);
    });
    return run;
  };

  return {
    run(name, message) {
      const chat = chatOf(name);
      const known = message.message_id === undefined ? undefined : chat.runs.get(message.message_id);
      return known ?? begin(chat, message);
    },
    stop() {
      for (const run of running) run.stop();
    },
  };
}
