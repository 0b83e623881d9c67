/** The web server of the demo: the chat page, its login, the picture of the machines, and the way to the homeserver. */
import { PassThrough, type Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { UserId } from '../../machines/ids.ts';
import { catalogue } from '../text/catalogue.ts';
import { commandHints } from './commands.ts';
import type { Homeserver } from '../homeserver/index.ts';
import { asking } from './questions.ts';
import { listen, urlHost } from './listen.ts';
import type { MachineWatch } from './machine-watch.ts';
import { pageFiles } from './page-files.ts';
import { DemoIsFull, type People } from './people.ts';
import { homeserverBehind } from './proxy.ts';
import type { Session } from './wire.ts';

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
/** A large file on a slow line is one request. */
const LIMITS = { bodyLimit: 4096, requestTimeout: 10 * 60_000, keepAliveTimeout: 60_000 };

/**
 * Serves the page. `port` null takes the first free one from 8080 on. Throws a sentence when the port is taken or the
 * address is not of this machine.
 */
export async function startPageServer(world: PageWorld, host: string, port: number | null): Promise<PageServer> {
  const server = fastify({ ...LIMITS, forceCloseConnections: true });
  server.removeContentTypeParser('text/plain');
  turnAwayStrangers(server, LOOPBACK.includes(host));
  answerErrors(server);
  answerPage(server, world);
  await server.register(pageFiles);
  await server.register(homeserverBehind(world.homeserver));
  const bound = await listen(server, host, port);
  return {
    url: `http://${urlHost(host)}:${bound}/`,
    async close() {
      await server.close();
    },
  };
}

/** A path, and no way to write another host. */
const PATH = /^\/(?![/\\])/;

/** Neither another site in the person's browser comes in, nor one that gave its own name our address. */
function turnAwayStrangers(server: FastifyInstance, onlyLocal: boolean): void {
  server.addHook('onRequest', async ({ raw: { url = '', headers } }, reply) => {
    const { host = '', origin } = headers;
    const isOurName = !onlyLocal || LOOPBACK.includes(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
    const isOurPage = origin === undefined || URL.parse(origin)?.host === host;
    if (!isOurName || !isOurPage) return reply.code(403).send('The demo answers only its own page.\n');
    if (!PATH.test(url)) return reply.code(400).send('The demo answers only to a path.\n');
  });
}

function answerErrors(server: FastifyInstance): void {
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send('There is no such page.\n'));
  server.setErrorHandler<Error & { statusCode?: number }>(async (error, _request, reply) => {
    if (error instanceof DemoIsFull) return reply.code(503).send(`${error.message}\n`);
    const status = error.statusCode ?? 500;
    const sentence = status < 500 ? 'The demo cannot take this request.' : 'The demo failed to answer.';
    return reply.code(status).send(`${sentence}\n`);
  });
}

const Asked = z.object({ room: z.string().catch(''), key: z.string().catch('') });

function answerPage(server: FastifyInstance, world: PageWorld): void {
  server.post('/demo/session', async ({ body }, reply) => {
    void reply.header('Cache-Control', 'no-store');
    return sessionFor(world, body);
  });
  server.get('/demo/machine.json', async (_request, reply) => {
    void reply.header('Cache-Control', 'no-store');
    return world.machines.chart;
  });
  server.get('/demo/machine/events', async ({ query }, reply) => {
    const { room, key } = Asked.parse(query);
    return reply
      .headers({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
      .send(machineEvents(world.machines, room, world.people.withKey(key)));
  });
}

const Remembered = z.object({ accessToken: z.string() });

/** The login that the browser remembers where it is one of ours, else a new person. */
async function sessionFor({ people, bot }: PageWorld, body: unknown): Promise<Session> {
  const remembered = Remembered.safeParse(body).data;
  const known = remembered === undefined ? null : people.known(remembered.accessToken);
  const { userId, accessToken, key } = known ?? (await people.arrive());
  return { userId, accessToken, key, bot, commands: commandHints(), asking: asking(Object.values(catalogue)) };
}

/**
 * Server-sent events: `view` with all that is known of the room at first, then a `change` for each. Only who has a key is
 * told of what is theirs: `chats` with all of their chats, and `tray` with the files that wait in the room, whenever these
 * change.
 */
function machineEvents(machines: MachineWatch, room: string, person: UserId | null): Readable {
  const stream = new PassThrough();
  const push = (event: string, data: unknown) => stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  push('view', machines.view(room));
  const unfollow = [machines.follow(room, (change) => push('change', change))];
  if (person !== null) {
    const pushChats = () => push('chats', machines.chatsOf(person));
    const pushTray = () => push('tray', machines.trayOf(room, person));
    pushChats();
    pushTray();
    unfollow.push(machines.followChats(person, pushChats), machines.followTray(room, pushTray));
  }
  return stream.once('close', () => unfollow.forEach((stop) => stop()));
}
