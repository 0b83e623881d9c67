/** Take it for tests of the sync loop against a scripted homeserver: what the service is told, and what it receives. */
import { createClient } from '../../src/matrix/client.ts';
import { createSync, type Sync, type SyncOptions } from '../../src/matrix/sync.ts';
import type { Arrival } from '../../src/ports.ts';
import { Clock, keptLog, me, startServer, type Reply, type ScriptedServer, type Seen } from './support.ts';

export interface SyncHouse {
  server: ScriptedServer;
  sync: Sync;
  clock: Clock;
  log: ReturnType<typeof keptLog>;
  /** What the service is told, in order. */
  told: string[];
  received: Arrival[];
  dropped: string[];
  position: string | null;
  /** Ends when the position is this one. */
  reached(position: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSync(
  reply: (seen: Seen, index: number) => Reply | Promise<Reply>,
  more: Partial<SyncOptions> = {},
): Promise<SyncHouse> {
  const server = await startServer(reply);
  const clock = new Clock();
  const log = keptLog();
  const waiting = new Map<string, () => void>();
  const house = { server, clock, log, told: [], received: [], dropped: [], position: 'old' } as Omit<
    SyncHouse,
    'sync' | 'reached' | 'close'
  >;
  const sync = createSync({
    api: createClient({ homeserver: server.url, accessToken: 't', me, log }),
    me,
    receive: async (arrivals) => void house.received.push(...arrivals),
    position: {
      read: () => house.position,
      async write(next) {
        house.position = next;
        waiting.get(next)?.();
      },
    },
    onSucceeded: () => house.told.push('succeeded'),
    onFailed: ({ code }) => house.told.push(`failed ${code}`),
    onUnauthorised: () => house.told.push('unauthorised'),
    onPositionLost: () => house.told.push('position lost'),
    onDropped: (reason) => house.dropped.push(reason),
    now: clock.now,
    monotonic: clock.now,
    chance: () => 1,
    log,
    wait: clock.wait,
    ...more,
  });
  sync.start();
  return Object.assign(house, {
    sync,
    reached: (position: string) =>
      new Promise<void>((resolve) => {
        if (house.position === position) resolve();
        else waiting.set(position, resolve);
      }),
    async close() {
      await sync.stop();
      await server.close();
    },
  });
}

/** A text of Anna's. */
export const said = (body: string) => ({
  ...{ type: 'm.room.message', event_id: `$${body}`, sender: '@anna:test', origin_server_ts: 1 },
  content: { msgtype: 'm.text', body },
});

export const isSync = ({ path }: Seen) => path.endsWith('/sync');
export const isHistory = ({ path }: Seen) => path.endsWith('/messages');

/** What was received, in short: the id of a text, else what it is. */
export const inShort = (arrivals: readonly Arrival[]) =>
  arrivals.map(({ room, id, heard }) => `${room.slice(1).split(':')[0]} ${id ?? heard.type}`);
