/** One turn on the agent's side: it runs whether or not a connection listens, so that a bot that comes back can join. */
import { randomUUID } from 'node:crypto';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../ports.ts';
import type { AgentFrame } from './frames.ts';
import { AgentError } from './frames.ts';
import type { Said } from './memory.ts';

/** What the work of a turn sees and may do. */
export interface Turn {
  /** The conversation that it is of. */
  chat: string;
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
/** More pieces of an answer are put together, each up to about this many characters: a frame may not be much longer. */
const MOST_PIECES = 1_000;
const PIECE_LENGTH = 64 * 1024;

class Crash extends Error {}

interface RunSetting {
  log: Log;
  now?: () => number;
  settle?: Settle;
}

export function startRun(
  work: Work,
  message: Pick<Turn, 'chat' | 'text' | 'attachments' | 'history'>,
  { log, now = Date.now, settle = async () => ({}) }: RunSetting,
): Run {
  const frames: AgentFrame[] = [];
  const listeners = new Set<Listener>();
  const stopping = new AbortController();
  const { signal } = stopping;
  const so: SoFar = { asked: { role: 'user', content: message.text }, answer: '' };

  const tell = (frame: AgentFrame) => {
    for (const listener of listeners) listener.send(frame);
  };
  const send = (frame: AgentFrame) => {
    frames.push(frame);
    tell(frame);
  };
  /** What is kept for who comes back: the pieces as they came, and of very many the later ones put together. */
  let piece: { type: 'AGENT_EVENT_TEXT_CHUNK'; text: string } | null = null;
  const crash = () => {
    for (const listener of listeners) listener.crash();
  };
  const pause = (ms: number) => (ms > 0 ? sleep(ms, undefined, { signal }) : breathe(undefined, { signal }));

  const { ask, confirm } = createQuestions({ now, signal, send, forget: (frame) => remove(frames, frame) });

  const turn: Turn = {
    ...message,
    signal,
    say(text) {
      so.answer += text;
      const isFew = frames.length < MOST_PIECES;
      if (isFew || piece === null || frames.at(-1) !== piece || piece.text.length >= PIECE_LENGTH) {
        piece = { type: 'AGENT_EVENT_TEXT_CHUNK', text: '' };
        frames.push(piece);
      }
      piece.text += text;
      tell({ type: 'AGENT_EVENT_TEXT_CHUNK', text });
    },
    send,
    remember: (said) => void (so.asked = said),
    pause,
    ask,
    crash() {
      throw new Crash();
    },
  };

  return {
    listen(listener) {
      for (const frame of frames) listener.send(frame);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopping.abort(),
    confirm,
    finished: play(work, turn, so, { settle, crash, log }),
  };
}

/** What there is of a turn. */
type SoFar = Pick<Settled, 'asked' | 'answer'>;

interface Ending {
  settle: Settle;
  crash: () => void;
  log: Log;
}

/** Does the work and says how it ended. */
async function play(work: Work, turn: Turn, so: SoFar, { settle, crash, log }: Ending): Promise<RunOutcome> {
  const over = (outcome: Settled['outcome'], tokens: number | null) => settle({ outcome, ...so, tokens });
  const end = (tokens: number | null, more: object) => {
    const guess = Math.ceil((turn.text.length + so.answer.length) / 4);
    turn.send({ type: 'AGENT_EVENT_END', tokens_used: tokens ?? guess, ...more });
  };

  async function broken(error: unknown): Promise<RunOutcome> {
    if (error instanceof Crash) {
      crash();
      return 'failed';
    }
    if (turn.signal.aborted) {
      end(null, await over('stopped', null));
      return 'stopped';
    }
    if (error instanceof AgentError && error.isOfAnAnswer) await over('cut', null);
    return failed(error);
  }

  function failed(error: unknown): RunOutcome {
    if (!(error instanceof AgentError)) log.error({ error }, 'a turn of the agent failed');
    const { code, message } =
      error instanceof AgentError ? error : new AgentError('INTERNAL_ERROR', 'The agent failed unexpectedly.');
    turn.send({ type: 'ERROR', code, details: message });
    return 'failed';
  }

  try {
    const tokens = await work(turn);
    end(tokens, await over('done', tokens));
    return 'done';
  } catch (error) {
    // What could not be kept is said, whatever the turn came to.
    return broken(error).catch(failed);
  }
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
