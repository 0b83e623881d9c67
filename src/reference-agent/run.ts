/** One turn on the agent's side: it runs whether or not a connection listens, so that a bot that comes back can join. */
import { randomUUID } from 'node:crypto';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../ports.ts';
import type { AgentFrame } from './frames.ts';
import { AgentError } from './frames.ts';
import type { Said } from './memory.ts';

/** What the work of a turn sees and may do. */
export interface Turn {
  text: string;
  /** Paths relative to the workspace. */
  attachments: string[];
  /** The conversation so far, with this text as its last message. */
  history: readonly Said[];
  /** Aborted when the turn was stopped. */
  signal: AbortSignal;
  say(text: string): void;
  send(frame: AgentFrame): void;
  /** What is remembered of the message, where that is more than its text. */
  remember(asked: Said): void;
  /** Waits; rejects when the turn is stopped meanwhile. */
  pause(ms: number): Promise<void>;
  /** Asks the person; no word within five minutes is a no. */
  ask(question: string): Promise<boolean>;
  /** Drops the connections of the turn as a crash would. */
  crash(): never;
}

/** Answers one turn; gives the tokens used, or null when nobody counted. Throws `AgentError` for what the person may read. */
export type Work = (turn: Turn) => Promise<number | null>;

/** Where the frames of a turn go. */
interface Listener {
  send(frame: AgentFrame): void;
  crash(): void;
}

type RunOutcome = 'done' | 'stopped' | 'failed';

/** What is left of a turn. */
export interface Settled {
  /** `cut`: an answer that stays, though it is not whole. */
  outcome: 'done' | 'stopped' | 'cut';
  asked: Said;
  answer: string;
  tokens: number | null;
}

/** Does what has to last before END is said, and gives what else stands in that frame. */
export type Settle = (settled: Settled) => Promise<object>;

export interface Run {
  /** Hears everything from the beginning on, except questions that were answered. Returns what ends the listening. */
  listen(listener: Listener): () => void;
  stop(): void;
  confirm(id: string, approved: boolean): void;
  finished: Promise<RunOutcome>;
}

const QUESTION_MS = 5 * 60_000;

class Crash extends Error {}

interface RunSetting {
  log: Log;
  now?: () => number;
  settle?: Settle;
}

export function startRun(
  work: Work,
  message: Pick<Turn, 'text' | 'attachments' | 'history'>,
  { log, now = Date.now, settle = async () => ({}) }: RunSetting,
): Run {
  const frames: AgentFrame[] = [];
  const listeners = new Set<Listener>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let answer = '';
  let asked: Said = { role: 'user', content: message.text };

  const send = (frame: AgentFrame) => {
    frames.push(frame);
    for (const listener of listeners) listener.send(frame);
  };
  const pause = (ms: number) => (ms > 0 ? sleep(ms, undefined, { signal }) : breathe(undefined, { signal }));

  const { ask, confirm } = createQuestions({ now, signal, send, forget: (frame) => remove(frames, frame) });

  const turn: Turn = {
    ...message,
    signal,
    say(text) {
      answer += text;
      send({ type: 'AGENT_EVENT_TEXT_CHUNK', text });
    },
    send,
    remember: (said) => void (asked = said),
    pause,
    ask,
    crash() {
      throw new Crash();
    },
  };

  const over = (outcome: Settled['outcome'], tokens: number | null) => settle({ outcome, asked, answer, tokens });
  const end = (tokens: number | null, more: object) =>
    send({
      type: 'AGENT_EVENT_END',
      tokens_used: tokens ?? Math.ceil((message.text.length + answer.length) / 4),
      ...more,
    });

  const fail = (error: unknown): RunOutcome => {
    if (!(error instanceof AgentError)) log.error({ error }, 'a turn of the agent failed');
    const { code, message } =
      error instanceof AgentError ? error : new AgentError('INTERNAL_ERROR', 'The agent failed unexpectedly.');
    send({ type: 'ERROR', code, details: message });
    return 'failed';
  };

  const broken = async (error: unknown): Promise<RunOutcome> => {
    if (error instanceof Crash) {
      for (const listener of listeners) listener.crash();
      return 'failed';
    }
    if (signal.aborted) {
      end(null, await over('stopped', null));
      return 'stopped';
    }
    if (error instanceof AgentError && error.isOfAnAnswer) await over('cut', null);
    return fail(error);
  };

  const play = async (): Promise<RunOutcome> => {
    try {
      const tokens = await work(turn);
      end(tokens, await over('done', tokens));
      return 'done';
    } catch (error) {
      return broken(error);
    }
  };

  return {
    listen(listener) {
      for (const frame of frames) listener.send(frame);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopping.abort(),
    confirm,
    // What could not be kept is said, whatever the turn came to.
    finished: play().catch(fail),
  };
}

function remove<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}

interface QuestionSetting {
  now: () => number;
  /** Aborted when the turn was stopped. */
  signal: AbortSignal;
  send: (frame: AgentFrame) => void;
  /** A question that is over need not be asked of whoever listens later. */
  forget: (frame: AgentFrame) => void;
}

/** The questions of a turn that wait for a yes or no. */
function createQuestions({ now, signal, send, forget }: QuestionSetting): Pick<Turn, 'ask'> & Pick<Run, 'confirm'> {
  const open = new Map<string, (approved: boolean) => void>();
  return {
    async ask(text) {
      const id = randomUUID();
      const asked = {
        type: 'AGENT_EVENT_CUSTOM_UPDATE',
        data: { kind: 'confirmation', id, text, expires_at: now() + QUESTION_MS },
      };
      const { promise: answered, resolve } = Promise.withResolvers<boolean>();
      const over = new AbortController();
      open.set(id, resolve);
      send(asked);
      try {
        const expired = sleep(QUESTION_MS, false, { signal: AbortSignal.any([signal, over.signal]) });
        return await Promise.race([answered, expired]);
      } finally {
        over.abort();
        open.delete(id);
        forget(asked);
      }
    },
    confirm: (id, approved) => open.get(id)?.(approved),
  };
}
