/** For tests that speak to a running reference agent as the bot does, frame by frame. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { AgentOptions, RunningAgent } from '../../src/reference-agent/server.ts';
import { startAgent } from '../../src/reference-agent/server.ts';

export type Frame = Record<string, unknown> & { type: string };

export const CHUNK = 'AGENT_EVENT_TEXT_CHUNK';
export const END = 'AGENT_EVENT_END';

/** An agent with an empty workspace that is gone after the test; it answers without pauses. */
export async function agentForTest(
  options: Partial<AgentOptions> = {},
): Promise<{ agent: RunningAgent; workspace: string }> {
  const workspace = await mkdtemp(join(tmpdir(), 'agent-'));
  const agent = await startAgent({ port: 0, pace: 0, workspace, ...options });
  onTestFinished(async () => {
    await agent.close();
    await rm(workspace, { recursive: true });
  });
  return { agent, workspace };
}

export interface Bot {
  send(frame: object): void;
  /** The next frame, or null when the connection ended. */
  next(): Promise<Frame | null>;
  /** Sends a user message and gives all frames up to END, ERROR or the end of the connection. */
  ask(text: string, more?: object): Promise<Frame[]>;
  /** All frames up to one of this type, or to the end of the turn. */
  until(type: string): Promise<Frame[]>;
  close(): Promise<void>;
}

/** Connects as the bot does; the first frame of `next` is STATUS. */
export async function connectBot(url: string): Promise<Bot> {
  const socket = new WebSocket(url);
  const frames: (Frame | null)[] = [];
  let wake = () => {};
  const put = (frame: Frame | null) => {
    frames.push(frame);
    wake();
  };
  socket.on('message', (data) => put(JSON.parse((data as Buffer).toString()) as Frame));
  socket.on('close', () => put(null));
  await once(socket, 'open');

  const next = async (): Promise<Frame | null> => {
    while (frames.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return frames.shift() ?? null;
  };
  const until = async (type: string): Promise<Frame[]> => {
    const seen: Frame[] = [];
    for (;;) {
      const frame = await next();
      if (frame === null) return seen;
      seen.push(frame);
      if ([type, END, 'ERROR'].includes(frame.type)) return seen;
    }
  };
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  return {
    send,
    next,
    until,
    ask(text, more = {}) {
      send({ type: 'USER_MESSAGE', text, ...more });
      return until(END);
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Connects and leaves STATUS behind. */
export async function greetedBot(url: string): Promise<Bot> {
  const bot = await connectBot(url);
  await bot.next();
  return bot;
}

/** The answer in these frames. */
export function textOf(frames: Frame[]): string {
  return frames
    .filter(({ type }) => type === CHUNK)
    .map(({ text }) => text as string)
    .join('');
}

export const typesOf = (frames: Frame[]) => frames.map(({ type }) => type);
