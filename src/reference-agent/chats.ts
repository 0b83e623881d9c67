/** The turns of all conversations: which run, which are done and need not run again, and what is remembered of them. */
import { workOfFrame, workOfPrompt, type Contexts, type Memory } from './contexts.ts';
import type { ContextFrame, UserMessage } from './frames.ts';
import { bounded, DONE_LIMIT, lastAnswered, type Answered, type Said } from './memory.ts';
import { createRemembering, type Chat, type RememberingWorld } from './remembering.ts';
import type { Run, Settled, Work } from './run.ts';
import { startRun } from './run.ts';
import type { Saves } from './saves.ts';

export interface Chats {
  /** What STATUS says of this conversation: another session where its memory was lost. */
  session(chat: string): string;
  /**
   * The turn of this message: the one that already runs or is done where the message id is known, else a new one.
   * A turn that was stopped or failed is forgotten, so that asking again runs it again.
   */
  run(chat: string, message: UserMessage | ContextFrame): Run;
  /** Nobody is connected to it any more. */
  rest(chat: string): void;
  /** Stops every running turn, and remembers nothing of them: they are asked again. Resolves when all are over. */
  stop(): Promise<void>;
}

interface ChatsWorld extends RememberingWorld {
  work: Work;
  contexts: Contexts;
  saves: Saves;
}

export function createChats(world: ChatsWorld): Chats {
  const remembering = createRemembering(world);
  const running = new Map<Run, Chat>();
  let isStopping = false;
  const start = createStart(world, remembering, () => isStopping);

  function rest(name: string): void {
    if (![...running.values()].some((chat) => chat.name === name)) remembering.letGo(name);
  }

  function begin(chat: Chat, message: UserMessage | ContextFrame): Run {
    const { message_id: id } = message;
    const run = start(chat, message);
    running.set(run, chat);
    if (id !== undefined) chat.runs.set(id, run);
    void run.finished.then((outcome) => {
      running.delete(run);
      if (outcome !== 'done' && id !== undefined) chat.runs.delete(id);
      const done = [...chat.runs].filter(([, each]) => !running.has(each));
      for (const [old] of done.slice(0, -DONE_LIMIT)) chat.runs.delete(old);
      rest(chat.name);
    });
    return run;
  }

  return {
    session: (name) => remembering.chatOf(name).conversation.session,
    run(name, message) {
      const chat = remembering.chatOf(name);
      const known = message.message_id === undefined ? undefined : chat.runs.get(message.message_id);
      return known ?? begin(chat, message);
    },
    rest,
    async stop() {
      isStopping = true;
      for (const run of running.keys()) run.stop();
      await Promise.all([...running.keys()].map((run) => run.finished));
    },
  };
}

type Start = (chat: Chat, message: UserMessage | ContextFrame) => Run;

function createStart(
  { work, contexts, saves, keep, tokens, log }: ChatsWorld,
  { chatOf, letGo, change, withMore, told }: ReturnType<typeof createRemembering>,
  isStopping: () => boolean,
): Start {
  const memoryOf = (chat: Chat): Memory => ({
    get: () => chat.conversation.said,
    add: (said) => void (chat.conversation = { ...chat.conversation, ...withMore(chat.conversation, said) }),
    async copyTo(other) {
      const { said, forgotten } = chat.conversation;
      await change(chatOf(other), { said, forgotten });
      letGo(other);
    },
  });

  async function settle(chat: Chat, id: string | undefined, settled: Settled): Promise<object> {
    const { outcome, asked, answer } = settled;
    if (isStopping() && outcome === 'stopped') return {};
    const said: Said[] = answer === '' ? [asked] : [asked, { role: 'assistant', content: answer }];
    const isDone = outcome === 'done' && id !== undefined && keep !== null;
    const done: Answered[] = isDone ? [{ id, answer, tokens: settled.tokens }] : [];
    const answered = lastAnswered([...chat.conversation.answered, ...done]);
    await change(chat, { ...withMore(chat.conversation, said), answered });
    return told(chat);
  }

  /** What is done with the memory does not go into it. */
  function workOnMemory(chat: Chat, message: UserMessage | ContextFrame): Work | null {
    if (message.type !== 'USER_MESSAGE') return workOfFrame(message, chat.name, memoryOf(chat), saves);
    return contexts === 'words' ? workOfPrompt(message.text, memoryOf(chat), saves) : null;
  }

  return (chat, message) => {
    const { message_id: id } = message;
    const known = id === undefined ? undefined : chat.conversation.answered.find((one) => one.id === id);
    const { text, attachments } = message.type === 'USER_MESSAGE' ? message : { text: '', attachments: [] };
    const blank = { chat: chat.name, text, attachments: [], history: [] };
    if (known !== undefined) return startRun(again(known), blank, { log, settle: async () => told(chat) });
    const onMemory = workOnMemory(chat, message);
    if (onMemory !== null) {
      return startRun(onMemory, blank, { log, settle: async () => change(chat, {}).then(() => told(chat)) });
    }
    const history = bounded([...chat.conversation.said, { role: 'user', content: text }], tokens());
    return startRun(work, { ...blank, attachments, history }, { log, settle: (settled) => settle(chat, id, settled) });
  };
}

/** Says what was answered, once more. */
function again({ answer, tokens }: Answered): Work {
  return async ({ say }) => {
    if (answer !== '') say(answer);
    return tokens;
  };
}
