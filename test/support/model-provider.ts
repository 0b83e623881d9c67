/** Take it for a language model behind OpenAI's API: a real HTTP server that answers as it is told. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

type Part = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

export interface ModelMessage {
  role: 'system' | 'user' | 'assistant';
  content: string | Part[];
}

export interface ModelRequest {
  path: string;
  /** Without "Bearer". */
  key: string | null;
  body: { model?: string; stream?: boolean; messages: ModelMessage[] };
}

/** Answers a request; `count`: the how manieth completion it is, from 1. */
export type ModelReply = (response: ServerResponse, request: ModelRequest, count: number) => void;

export interface ModelProvider {
  /** The base that is configured. */
  url: string;
  /** The completions that were asked for. */
  requests: ModelRequest[];
  /** From now on it answers so. */
  replies(reply: ModelReply): void;
  /** From now on it answers so who asks for its models. */
  lists(list: (response: ServerResponse, key: string | null) => void): void;
  close(): Promise<void>;
}

const event = (data: object | string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
export const delta = (content: string) => event({ choices: [{ delta: { content }, finish_reason: null }] });
export const finish = (finish_reason: string) =>
  event({ choices: [{ delta: {}, finish_reason }] }) +
  event({ choices: [], usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 } }) +
  event('[DONE]');
export const SSE = { 'content-type': 'text/event-stream' };

/** Says this, a word at a time. */
export const says =
  (text: string, how = 'stop') =>
  (response: ServerResponse) => {
    response.writeHead(200, SSE);
    for (const word of text.match(/\S+\s*/g) ?? []) response.write(delta(word));
    response.end(finish(how));
  };

export const refuses =
  (status: number, error: object | string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ error }));
  };

/** The last thing that the person said, in words. */
export function lastWords({ body }: ModelRequest): string {
  return wordsOf(body.messages.at(-1)?.content ?? '');
}

export function wordsOf(content: ModelMessage['content']): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** It answers with what was said to it, until it is told otherwise. */
export async function startModelProvider(models = ['small']): Promise<ModelProvider> {
  const requests: ModelRequest[] = [];
  let reply: ModelReply = (response, request) => says(`You said: ${lastWords(request)}`)(response);
  let list = (response: ServerResponse, _: string | null) => {
    const data = models.map((id) => ({ id, object: 'model' }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const key = request.headers.authorization?.replace(/^Bearer /, '') ?? null;
    if (/\/models(?:\?|$)/.test(path)) return list(response, key);
    void readText(request).then((text) => {
      const asked: ModelRequest = { path, key, body: JSON.parse(text) as ModelRequest['body'] };
      requests.push(asked);
      reply(response, asked, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    replies: (next) => void (reply = next),
    lists: (next) => void (list = next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
