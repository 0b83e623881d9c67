/** What the agent says to the service of its own accord, after its turn (docs/agent-protocol.md, Pushes). */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../ports.ts';

export interface Pusher {
  /** Says this in the conversation after so long, ms, and tries until the service has it or does not want it. */
  later(chat: string, afterMs: number, body: object): void;
  /** Nothing more is said. */
  close(): void;
}

interface PusherOptions {
  /** With the agent in it: `http://bot:7071/agents/agent-1`. */
  url: string;
  token: string;
  log: Log;
  /** Between two tries, where the service names no time, ms. */
  pauseMs?: number;
}

const PUSH_TRIES = 20;

/** Where PUSH_URL, and PUSH_TOKEN or PUSH_TOKEN_FILE, lead to; null without a PUSH_URL. Throws when it has no token. */
export function pushesFrom(
  env: Readonly<Record<string, string | undefined>>,
): Pick<PusherOptions, 'url' | 'token'> | null {
  const { PUSH_URL: url, PUSH_TOKEN_FILE: file } = env;
  if (!url) return null;
  const token = file ? readFileSync(file, 'utf8').trim() : env['PUSH_TOKEN'];
  if (!token) throw new Error('PUSH_URL is set: set PUSH_TOKEN or PUSH_TOKEN_FILE too.');
  return { url: url.replace(/\/+$/, ''), token };
}

export function createPusher({ url, token, log, pauseMs = 5_000 }: PusherOptions): Pusher {
  const closing = new AbortController();
  const { signal } = closing;

  /** How long to wait before the next try, ms; null: it is over. */
  async function post(chat: string, body: string): Promise<number | null> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    try {
      const response = await fetch(`${url}/chats/${chat}/messages`, { method: 'POST', headers, body, signal });
      await response.body?.cancel();
      const { status } = response;
      if (status !== 429 && status < 500) {
        if (status >= 400) log.warn({ chat, status }, 'the service does not want what the agent pushes');
        return null;
      }
      return Number(response.headers.get('retry-after') ?? 0) * 1000 || pauseMs;
    } catch (error) {
      if (!signal.aborted) log.warn({ chat, error }, 'the agent could not push');
      return pauseMs;
    }
  }

  /** With the same id on every try, so that it is said once. */
  async function push(chat: string, afterMs: number, body: object): Promise<void> {
    const text = JSON.stringify({ event_id: randomUUID(), ...body });
    let pause: number | null = afterMs;
    for (let tries = 0; pause !== null && tries <= PUSH_TRIES; tries += 1) {
      await sleep(pause, undefined, { signal, ref: false });
      pause = await post(chat, text);
    }
  }

  return {
    later: (chat, afterMs, body) => void push(chat, afterMs, body).catch(() => undefined),
    close: () => closing.abort(),
  };
}
