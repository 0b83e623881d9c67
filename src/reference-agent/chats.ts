/** What the agent remembers of each conversation: the last messages, and the turns it need not run again. */
import type { Log } from '../ports.ts';
import type { UserMessage } from './frames.ts';
import type { Run, Said, Work } from './run.ts';
import { startRun } from './run.ts';

/** Messages that a conversation's memory keeps. */
const MEMORY_LIMIT = 40;
/** Finished turns of a conversation that are answered again without running again. */
const DONE_LIMIT = 8;

export interface Chats {
  /**
   * The turn of this message: the one that already runs or is done where the message id is known, else a new one.
   * A turn that was stopped or failed is forgotten, so that asking again runs it again.
   */
  run(chat: string, message: UserMessage): Run;
  /** Stops every running turn. */
  stop(): void;
}

interface Chat {
  memory: Said[];
  runs: Map<string, Run>;
}

export function createChats(work: Work, log: Log): Chats {
  const chats = new Map<string, Chat>();
  const running = new Set<Run>();

  const begin = (chat: Chat, { text, attachments, message_id: id }: UserMessage): Run => {
    const asked: Said = { role: 'user', content: text };
    const history = [...chat.memory, asked].slice(-MEMORY_LIMIT);
    const run = startRun(work, { text, attachments, history }, { log });
    running.add(run);
    if (id !== undefined) chat.runs.set(id, run);
    void run.finished.then(({ outcome, answer }) => {
      running.delete(run);
      if (outcome !== 'failed') {
        const said: Said[] = answer === '' ? [asked] : [asked, { role: 'assistant', content: answer }];
        chat.memory = [...chat.memory, ...said].slice(-MEMORY_LIMIT);
      }
      if (outcome !== 'done' && id !== undefined) chat.runs.delete(id);
      const done = [...chat.runs].filter(([, each]) => !running.has(each));
      for (const [old] of done.slice(0, -DONE_LIMIT)) chat.runs.delete(old);
    });
    return run;
  };

  return {
    run(name, message) {
      const chat = chats.get(name) ?? { memory: [], runs: new Map<string, Run>() };
      chats.set(name, chat);
      const known = message.message_id === undefined ? undefined : chat.runs.get(message.message_id);
      return known ?? begin(chat, message);
    },
    stop() {
      for (const run of running) run.stop();
    },
  };
}
