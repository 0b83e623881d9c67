/** The web server of the demo: the chat page, its login, the picture of the machines, and the way to the homeserver. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { UserId } from '../../machines/ids.ts';
import { commandHints } from './commands.ts';
import type { Homeserver } from '../homeserver/index.ts';
import { listen, urlHost } from './listen.ts';
import type { MachineWatch } from './machine-watch.ts';
import type { People } from './people.ts';
import { forward } from './proxy.ts';
import { openStaticFiles, type StaticFiles } from './static-files.ts';

export interface PageWorld {
  homeserver: Homeserver;
  bot: UserId;
  people: People;
  machines: MachineWatch;
}

export interface PageServer {
  /** With a slash at the end. */
  url: string;
  close(): Promise<void>;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/**
 * Serves the page. `port` null takes the first free one from 8080 on. Throws a sentence when the port is taken or the
 * address is not of this machine.
 */
export async function startPageServer(world: PageWorld, host: string, port: number | null): Promise<PageServer> {
  const files = await openStaticFiles(path.join(import.meta.dirname, 'page'));
  const server = createServer((request, response) => {
    answer(world, files, LOOPBACK.includes(host), request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end('The demo failed to answer.\n');
    });
  });
  server.keepAliveTimeout = 60_000;
  const bound = await listen(server, host, port);
  return {
    url: `http://${urlHost(host)}:${bound}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  world: PageWorld,
  files: StaticFiles,
  onlyLocal: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isOurs(request, onlyLocal)) {
    response.writeHead(403).end('The demo answers only its own page.\n');
    return;
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://demo');
  const asked = `${request.method} ${pathname}`;
  if (pathname.startsWith('/_matrix/')) forward(world.homeserver.url, request, response);
  else if (asked === 'POST /demo/session') sendJson(response, await sessionFor(world, request));
  else if (asked === 'GET /demo/machine.json') sendJson(response, world.machines.chart);
  else if (asked === 'GET /demo/machine/events') {
    streamMachine(world.machines, searchParams, response);
  } else if (request.method !== 'GET' || !(await files.serve(fileOf(pathname), response))) {
    response.writeHead(404).end('There is no such page.\n');
  }
}

/** Neither another site in the person's browser, nor one that gave its own name our address. */
function isOurs({ headers }: IncomingMessage, onlyLocal: boolean): boolean {
  const host = headers.host ?? '';
  if (headers.origin !== undefined && URL.parse(headers.origin)?.host !== host) return false;
  return !onlyLocal || LOOPBACK.includes(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
}

function fileOf(pathname: string): string {
  return pathname === '/' ? 'index.html' : pathname.slice(1);
}

const Remembered = z.object({ accessToken: z.string() });

/** The login that the browser remembers where it is one of ours, else a new person. */
async function sessionFor({ people, bot }: PageWorld, request: IncomingMessage): Promise<object> {
  const remembered = Remembered.safeParse(await json(request).catch(() => null)).data;
  const known = remembered === undefined ? null : people.known(remembered.accessToken);
  const { userId, accessToken } = known ?? (await people.arrive());
  return { userId, accessToken, bot, commands: commandHints() };
}

function sendJson(response: ServerResponse, body: unknown): void {
  response
    .writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body));
}

/**
 * Server-sent events: `view` with all that is known of the room at first, then a `change` for each; `chats` with all chats
 * of the person, whenever they change.
 */
function streamMachine(machines: MachineWatch, asked: URLSearchParams, response: ServerResponse): void {
  const room = asked.get('room') ?? '';
  const person = asked.get('person') ?? '';
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const push = (event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const pushChats = () => push('chats', machines.chatsOf(person));
  push('view', machines.view(room));
  pushChats();
  const unfollow = [machines.follow(room, (change) => push('change', change)), machines.followChats(person, pushChats)];
  response.once('close', () => unfollow.forEach((stop) => stop()));
}
