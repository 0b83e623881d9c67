/** Take it for files on their way: a homeserver whose every answer is written by hand, and a client of it. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { MxcUri } from '../../machines/ids.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createMedia } from '../../src/matrix/media.ts';
import { Clock, keptLog, me } from './support.ts';

export const mxc = (server: string, id: string) => MxcUri.parse(`mxc://${server}/${id}`);

/** `arrived`: when its headers have come; its body flows when it is read. */
export type Answer = (response: http.ServerResponse, request: http.IncomingMessage, index: number) => unknown;

export async function mediaServer(answer: Answer) {
  const seen: string[] = [];
  const tokens: (string | undefined)[] = [];
  const headers: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    tokens.push(request.headers.authorization);
    headers.push(request.headers);
    response.on('error', () => undefined);
    void answer(response, request, seen.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, tokens, headers };
}

export function json(response: http.ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export const errcode = (code: string) => ({ errcode: code, error: 'No' });

export function clientOf(
  homeserver: string,
  more: { silenceMs?: number; answerMs?: number; sure?: () => Promise<void> } = {},
) {
  const log = keptLog();
  const clock = new Clock();
  const api = createClient({ homeserver, accessToken: 'syt_secret', me, log });
  const media = createMedia({
    ...{ api, homeserver, accessToken: 'syt_secret', log, chance: () => 0.5 },
    ...{ now: clock.now, wait: clock.wait, ...more },
  });
  return { media, clock, log };
}

/** Never aborted. */
export const endless = new AbortController().signal;

export async function read(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
