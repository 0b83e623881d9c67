/** A scripted homeserver on a real socket, and a clock that only moves when told. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log, Outgoing } from '../../src/ports.ts';
import type { RoomId } from '../../machines/ids.ts';
import { EventId, UserId } from '../../machines/ids.ts';

export const me = UserId.parse('@bot:test');
export const room = (name: string) => `!${name}:test` as RoomId;
export const eventId = (name: string) => EventId.parse(`$${name}`);

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: unknown;
}

/** `drop` closes the connection without an answer, `hang` never answers, `cut` breaks off in the middle of the body. */
export type Reply =
  { status?: number; headers?: Record<string, string>; json?: unknown; text?: string } | 'drop' | 'hang' | 'cut';

export interface ScriptedServer {
  url: string;
  seen: Seen[];
  /** The PUTs as `room transaction`. */
  puts(): string[];
  /** Ends when this many requests have arrived. */
  arrived(count: number): Promise<void>;
  connections(): number;
  close(): Promise<void>;
}

/** `beside`: what is answered without being seen. */
export async function startServer(
  reply: (seen: Seen, index: number) => Reply | Promise<Reply>,
  beside: (seen: Seen) => Reply | null = () => null,
): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const watchers = new Watchers();
  let connections = 0;

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://test');
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? null : JSON.parse(text),
    };
    const what = beside(one) ?? (await see(one));
    if (what === 'hang') return;
    if (what === 'drop') return void request.socket.destroy();
    if (what === 'cut') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"half":', () => request.socket.destroy());
      return;
    }
    const body = what.text ?? JSON.stringify(what.json ?? {});
    response.writeHead(what.status ?? 200, { 'content-type': 'application/json', ...what.headers });
    response.end(body);
  }

  async function see(one: Seen): Promise<Reply> {
    seen.push(one);
    const decided = Promise.resolve(reply(one, seen.length - 1));
    watchers.notify(seen.length);
    return decided;
  }

  const server = http.createServer((request, response) => void answer(request, response));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    puts: () => seen.filter(({ method }) => method === 'PUT').map(({ path }) => nameOf(path)),
    arrived: (count) => watchers.reached(count),
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function nameOf(path: string): string {
  const [, , , , , roomId = '', , , transaction = ''] = path.split('/');
  return `${decodeURIComponent(roomId).slice(1).split(':')[0]} ${decodeURIComponent(transaction)}`;
}

/** What a homeserver says to a PUT: the event is named after the transaction. */
export function sent(seen: Seen): Reply {
  return { json: { event_id: `$${decodeURIComponent(seen.path.split('/').at(-1) ?? '')}` } };
}

export const limited = (headers: Record<string, string> = {}, body: object = {}): Reply => ({
  status: 429,
  headers,
  json: { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', ...body },
});

/** Time that stands still until `advance`; waits end when it has passed them. */
export class Clock {
  ms = 1_700_000_000_000;
  /** Every wait that was ever begun, in order. */
  waits: number[] = [];
  /** Time that passes by itself, as soon as nothing but waiting is left of the current turn. */
  auto = false;
  private open: { at: number; end: () => void }[] = [];
  private watchers = new Watchers();

  now = (): number => this.ms;

  wait = (ms: number, signal: AbortSignal): Promise<void> => {
    this.waits.push(ms);
    return new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else {
        const entry = { at: this.ms + ms, end: resolve };
        this.open.push(entry);
        signal.addEventListener('abort', () => {
          this.open = this.open.filter((other) => other !== entry);
          resolve();
        });
      }
      if (this.auto) setImmediate(() => this.advance(ms));
      this.watchers.notify(this.waits.length);
    });
  };

  /** Ends when this many waits have been begun. */
  waited(count: number): Promise<void> {
    return this.watchers.reached(count);
  }

  advance(ms: number): void {
    this.ms += ms;
    const due = this.open.filter(({ at }) => at <= this.ms);
    this.open = this.open.filter(({ at }) => at > this.ms);
    for (const { end } of due) end();
  }
}

class Watchers {
  private highest = 0;
  private waiting: { count: number; end: () => void }[] = [];

  notify(count: number): void {
    this.highest = count;
    for (const { end } of this.waiting.filter((one) => one.count <= count)) end();
    this.waiting = this.waiting.filter((one) => one.count > count);
  }

  reached(count: number): Promise<void> {
    if (this.highest >= count) return Promise.resolve();
    return new Promise((end) => this.waiting.push({ count, end }));
  }
}

/** A log that keeps its lines as `level message`, and everything it was given as text. */
export function keptLog(): Log & { lines: string[]; text: () => string } {
  const lines: string[] = [];
  const all: unknown[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message}`);
    all.push({ level, ...fields, message });
  };
  return {
    lines,
    text: () => JSON.stringify(all),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

export function message(roomName: string, transaction: string, more: Partial<Outgoing> = {}): Outgoing {
  return {
    room: room(roomName),
    transaction,
    msgtype: 'm.text',
    content: { body: transaction },
    replaces: null,
    answers: null,
    since: 1_700_000_000_000,
    device: null,
    ...more,
  };
}
