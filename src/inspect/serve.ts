/**
 * Lets Stately's inspectors look at the service over a WebSocket on this machine: the charts of the root, of each room
 * and person, the events that they hear, one snapshot a commit (`@statelyai/inspect`, its messages as JSON).
 */
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AnyActor, InspectionEvent } from 'xstate';
import type { Log } from '../ports.ts';
import { masked } from './mask.ts';

export interface InspectorOptions {
  /** 0: any free one. */
  port: number;
  /** Shows what people and agents say, too. */
  texts: boolean;
  log: Log;
}

export interface Inspector {
  url: string;
  /** Sees the actor system; never throws. */
  inspect(event: InspectionEvent): void;
  close(): Promise<void>;
}

/** Snapshots of charts are deep; beyond this the library writes "[Object]". */
const DEPTH = 30;

/** An inspector for which more than this is kept, in bytes, is too slow: it is let go. */
const MOST_BUFFERED = 16 * 1024 * 1024;

/** While so much waits to be read, in bytes, whoever comes later is told of no more actors. */
const BUFFERED_AT_ONCE = 1024 * 1024;

const MOST_INSPECTORS = 8;

/** Rejects where it cannot listen. */
export async function serveInspector({ port, texts, log }: InspectorOptions): Promise<Inspector> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, verifyClient: isFromHere, maxPayload: 1024 });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  log.info({ url, texts }, 'inspectors may look on');
  const actors = createActors();
  const everybody = () => server.clients;
  const { nameOf } = actors;
  const stately = inspectorFor({ clients: everybody, texts, nameOf });

  server.on('connection', (client) => {
    client.on('error', () => client.terminate());
    if (server.clients.size > MOST_INSPECTORS) return client.close(1013, 'too many inspectors');
    const latecomer = inspectorFor({ clients: () => [client], texts, nameOf });
    tellOfActors(client, latecomer, actors.living()).catch((error: unknown) => {
      log.warn({ error }, 'inspector failed');
      client.terminate();
    });
  });
  server.on('error', (error) => log.warn({ error }, 'inspector failed'));

  return {
    url,
    inspect(event) {
      try {
        actors.note(event);
        if (server.clients.size > 0) stately.inspect.next?.(event);
      } catch (error) {
        log.warn({ error, event: event.type }, 'inspector failed');
      }
    },
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Pages of other sites can reach this machine, but say where they come from. */
function isFromHere({ origin }: { origin: string; req: IncomingMessage }): boolean {
  if (origin === undefined) return true;
  const host = URL.canParse(origin) ? new URL(origin).hostname : '';
  return ['127.0.0.1', 'localhost', '[::1]'].includes(host);
}

/** One after the other, as fast as they are read: there may be tens of thousands. */
async function tellOfActors(
  client: WebSocket,
  latecomer: ReturnType<typeof inspectorFor>,
  actors: readonly { actor: AnyActor }[],
): Promise<void> {
  for (const { actor } of actors) {
    if (client.readyState !== client.OPEN) return;
    latecomer.actor(actor, actor.getSnapshot() as never);
    latecomer.snapshot(actor, toJson(actor.getSnapshot()) as never);
    if (client.bufferedAmount < BUFFERED_AT_ONCE) await setImmediate();
    // A ping is written when all before it is.
    else await new Promise<void>((resolve) => client.ping('', false, () => resolve()));
  }
}

interface Actors {
  living(): { actor: AnyActor }[];
  note(event: InspectionEvent): void;
  nameOf(session: string): string | undefined;
}

/** Those who live. One that crashed says no last word: it is gone when the next one of its name comes. */
function createActors(): Actors {
  const actors = new Map<string, { actor: AnyActor; rootId: string }>();
  const sessions = new Map<string, string>();

  function forget(session: string): void {
    const name = actors.get(session)?.actor.systemId;
    if (name !== undefined && sessions.get(name) === session) sessions.delete(name);
    actors.delete(session);
  }

  function noteName({ systemId, sessionId }: AnyActor): void {
    if (systemId === undefined) return;
    const before = sessions.get(systemId);
    if (before === sessionId) return;
    if (before !== undefined) forget(before);
    sessions.set(systemId, sessionId);
  }

  return {
    living: () => [...actors.values()],
    nameOf: (session) => actors.get(session)?.actor.systemId,
    note(event) {
      const { rootId } = event;
      const actor = event.actorRef as AnyActor;
      // It has no name yet.
      if (event.type === '@xstate.actor') return void actors.set(actor.sessionId, { actor, rootId });
      if (event.type !== '@xstate.snapshot') return;
      // The next one of its name may be there already when an actor says its last word.
      if (event.snapshot.status === 'active') return noteName(actor);
      forget(actor.sessionId);
      if (actor.sessionId !== rootId) return;
      // Actors do not end with their root: they are gone with it.
      for (const [id, other] of actors) if (other.rootId === rootId) forget(id);
    },
  };
}

interface Audience {
  clients(): Iterable<WebSocket>;
  texts: boolean;
  /** The room or person that an actor is. */
  nameOf(session: string): string | undefined;
}

function inspectorFor({ clients, texts, nameOf }: Audience) {
  const adapter = {
    start: () => {},
    stop: () => {},
    send(event: StatelyInspectionEvent) {
      const named = 'name' in event ? { ...event, name: nameOf(event.sessionId) ?? event.name } : event;
      const message = JSON.stringify(texts ? named : withoutTexts(named));
      for (const client of clients()) {
        if (client.bufferedAmount > MOST_BUFFERED) client.terminate();
        else client.send(message);
      }
    },
  };
  return createInspector(adapter, { serializationDepthLimit: DEPTH });
}

/** The definition is the chart: it stays. */
function withoutTexts(event: object): object {
  const plain = toJson(event) as Record<string, unknown>;
  for (const name of ['snapshot', 'event']) if (name in plain) plain[name] = masked(plain[name]);
  return plain;
}

function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null)) as unknown;
}
