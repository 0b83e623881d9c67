/**
 * Lets Stately's inspectors look at the service over a WebSocket on this machine: the charts of the root, of each room
 * and person, the events that they hear, one snapshot a commit (`@statelyai/inspect`, its messages as JSON).
 */
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** Rejects where it cannot listen. */
export async function serveInspector({ port, texts, log }: InspectorOptions): Promise<Inspector> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, verifyClient: isFromHere, maxPayload: 1024 });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  log.info({ url, texts }, 'inspectors may look on');
  /** Those who live, for whoever comes later. */
  const actors: Actors = new Map();
  const everybody = () => server.clients;
  const nameOf = (session: string) => actors.get(session)?.actor.systemId;
  const stately = inspectorFor({ clients: everybody, texts, nameOf });

  server.on('connection', (client) => {
    client.on('error', () => client.terminate());
    const latecomer = inspectorFor({ clients: () => [client], texts, nameOf });
    for (const { actor } of actors.values()) {
      latecomer.actor(actor, actor.getSnapshot() as never);
      latecomer.snapshot(actor, toJson(actor.getSnapshot()) as never);
    }
  });
  server.on('error', (error) => log.warn({ error }, 'inspector failed'));

  return {
    url,
    inspect(event) {
      try {
        note(actors, event);
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

type Actors = Map<string, { actor: AnyActor; rootId: string }>;

/** Actors do not end with their root: they are gone with it. */
function note(actors: Actors, event: InspectionEvent): void {
  const { rootId } = event;
  const actor = event.actorRef as AnyActor;
  if (event.type === '@xstate.actor') actors.set(actor.sessionId, { actor, rootId });
  if (event.type !== '@xstate.snapshot' || event.snapshot.status === 'active') return;
  actors.delete(actor.sessionId);
  if (actor.sessionId !== rootId) return;
  for (const [id, other] of actors) if (other.rootId === rootId) actors.delete(id);
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
      for (const client of clients()) client.send(message);
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
