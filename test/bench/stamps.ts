/**
 * When things happened, as the homeserver and the agent see it. Both run in this process, so that one clock serves all;
 * the homeserver is watched through Node's own diagnostics channel and knows nothing of it.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The moments of one turn, ms. */
export interface Turn {
  /** The homeserver handed over the sync response with the person's text. */
  synced?: number;
  /** The agent received USER_MESSAGE. */
  asked?: number;
  /** The agent sent its first text. */
  began?: number;
  /** The homeserver received the first message of the answer. */
  shown?: number;
  /** The agent sent END. */
  ended?: number;
  /** The homeserver received the message with the whole answer. */
  delivered?: number;
}

export interface Watch {
  /** When the homeserver received the first try of this message; undefined when it never did. */
  sentAt(room: string, transaction: string): number | undefined;
  stop(): void;
}

export const now = (): number => performance.timeOrigin + performance.now();

/** The person's text of a turn. */
export const wordsOf = (turn: number): string => `turn ${turn}`;

/** Notes when sync responses hand over texts of turns, and when messages come in. */
export function watchHomeserver(turns: Map<number, Turn>): Watch {
  const messages = new Map<string, number>();

  function onRequest(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const url = request.url ?? '';
    if (url.startsWith('/_matrix/client/v3/sync')) stampTexts(response, turns);
    const [, room, transaction] = /\/rooms\/([^/]+)\/send\/m\.room\.message\/([^/?]+)/.exec(url) ?? [];
    if (room === undefined || transaction === undefined) return;
    const key = `${decodeURIComponent(room)} ${decodeURIComponent(transaction)}`;
    if (!messages.has(key)) messages.set(key, now());
  }

  subscribe('http.server.request.start', onRequest);
  return {
    sentAt: (room, transaction) => messages.get(`${room} ${transaction}`),
    stop: () => void unsubscribe('http.server.request.start', onRequest),
  };
}

function stampTexts(response: ServerResponse, turns: Map<number, Turn>): void {
  const end = response.end.bind(response) as (body: string) => ServerResponse;
  response.end = ((body: string) => {
    const at = now();
    end(body);
    for (const [, turn] of body.matchAll(/"body":"turn (\d+)"/g)) {
      const known = turns.get(Number(turn));
      if (known !== undefined) known.synced ??= at;
    }
    return response;
  }) as typeof response.end;
}
