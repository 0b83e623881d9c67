/** The conversations of the agent: what it remembers of each, and the turns it need not run again. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../ports.ts';
import { workOfFrame, workOfPrompt, type Contexts, type Memory } from './contexts.ts';
import { AgentError, type ContextFrame, type UserMessage } from './frames.ts';
import { bounded, Conversation, weightOf, type Answered, type Keep, type Said } from './memory.ts';
import type { Run, Settled, Work } from './run.ts';
import { startRun } from './run.ts';
import type { Saves } from './saves.ts';

/** Finished turns of a conversation that are answered again without running again. */
const DONE_LIMIT = 8;

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

interface Chat {
  name: string;
  conversation: Conversation;
  runs: Map<string, Run>;
}

interface ChatsWorld {
  work: Work;
  contexts: Contexts;
  saves: Saves;
  log: Log;
  /** Where conversations outlive the process; null: nowhere. */
  keep: Keep | null;
  /** About how much is remembered of a conversation; null: not counted in tokens. */
  tokens: number | null;
}

/** Of conversations that have lost nothing. */
const KEPT = 'kept';

export function createChats({ work, contexts, saves, log, keep, tokens }: ChatsWorld): Chats {
  const chats = new Map<string, Chat>();
  const running = new Map<Run, Chat>();
  const ofThisProcess = keep === null ? randomUUID() : KEPT;
  let isStopping = false;

  function chatOf(name: string): Chat {
    const chat = chats.get(name) ?? { name, conversation: recall(name), runs: new Map<string, Run>() };
    chats.set(name, chat);
    return chat;
  }

  function recall(name: string): Conversation {
    const blank = (session: string): Conversation => ({ version: 1, session, said: [], forgotten: 0, answered: [] });
    const found = keep?.read(name) ?? null;
    if (found === null) return blank(ofThisProcess);
    const known = Conversation.safeParse(found.conversation);
    if (known.success) return known.data;
    log.error({ chat: name }, 'the memory of a conversation is damaged, a copy is kept');
    keep
      ?.putAside(name, 'it is no conversation of this service')
      .catch((error: unknown) => log.error({ chat: name, error }, 'a damaged memory could not be put aside'));
    return blank(randomUUID());
  }

  /** Others may have something to add meanwhile: what is known is changed at once. */
  async function change(chat: Chat, next: Partial<Conversation>): Promise<void> {
    chat.conversation = { ...chat.conversation, ...next };
    try {
      await keep?.write(chat.name, chat.conversation);
    } catch (error) {
      log.error({ chat: chat.name, error }, 'the agent cannot keep a conversation');
      throw new AgentError('AGENT_MEMORY_FAILED', 'The agent could not keep what was said.');
    }
  }

  function withMore({ said, forgotten }: Conversation, more: readonly Said[]): Partial<Conversation> {
    const all = [...said, ...more];
    const stays = bounded(all, tokens);
    return { said: stays, forgotten: forgotten + all.length - stays.length };
  }

  const memoryOf = (chat: Chat): Memory => ({
    get: () => chat.conversation.said,
    add: (said) => void (chat.conversation = { ...chat.conversation, ...withMore(chat.conversation, said) }),
    copyTo: (other) => {
      const { said, forgotten } = chat.conversation;
      return change(chatOf(other), { said, forgotten });
    },
  });

  /** What END tells of it, where it is counted. */
  function told({ conversation: { said, forgotten } }: Chat): object {
    if (tokens === null) return {};
    const used = said.reduce((sum, one) => sum + weightOf(one), 0);
    return { memory: { messages: said.length, tokens: used, most: tokens, forgotten } };
  }

  async function settle(chat: Chat, id: string | undefined, settled: Settled): Promise<object> {
    const { outcome, asked, answer } = settled;
    if (isStopping && outcome === 'stopped') return {};
    const said: Said[] = answer === '' ? [asked] : [asked, { role: 'assistant', content: answer }];
    const answered: Answered[] =
      outcome === 'done' && id !== undefined ? [{ id, answer, tokens: settled.tokens }] : [];
    const { conversation } = chat;
    await change(chat, {
      ...withMore(conversation, said),
      ...(keep !== null && { answered: [...conversation.answered, ...answered].slice(-DONE_LIMIT) }),
    });
    return told(chat);
  }

  /** What is done with the memory does not go into it. */
  function workOnMemory(chat: Chat, message: UserMessage | ContextFrame): Work | null {
    if (message.type !== 'USER_MESSAGE') return workOfFrame(message, chat.name, memoryOf(chat), saves);
    return contexts === 'words' ? workOfPrompt(message.text, memoryOf(chat), saves) : null;
  }

  function start(chat: Chat, message: UserMessage | ContextFrame): Run {
    const { message_id: id } = message;
    const known = id === undefined ? undefined : chat.conversation.answered.find((one) => one.id === id);
    const { text, attachments } = message.type === 'USER_MESSAGE' ? message : { text: '', attachments: [] };
    const blank = { text, attachments: [], history: [] };
    if (known !== undefined) return startRun(again(known), blank, { log, settle: async () => told(chat) });
    const onMemory = workOnMemory(chat, message);
    if (onMemory !== null) {
      return startRun(onMemory, blank, { log, settle: async () => change(chat, {}).then(() => told(chat)) });
    }
    const history = bounded([...chat.conversation.said, { role: 'user', content: text }], tokens);
    return startRun(work, { text, attachments, history }, { log, settle: (settled) => settle(chat, id, settled) });
  }

  /** What is kept elsewhere is read again when somebody asks. */
  function rest(name: string): void {
    if (keep !== null && ![...running.values()].some((chat) => chat.name === name)) chats.delete(name);
  }

  const begin = (chat: Chat, message: UserMessage | ContextFrame): Run => {
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
  };

  return {
    session: (name) => chatOf(name).conversation.session,
    run(name, message) {
      const chat = chatOf(name);
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

/** Says what was answered, once more. */
function again({ answer, tokens }: Answered): Work {
  return async ({ say }) => {
    if (answer !== '') say(answer);
    return tokens;
  };
}
