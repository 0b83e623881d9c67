/** The work on rooms before a scripted homeserver: take it for what `createRoomWork` gives. */
import { afterEach, beforeEach } from 'vitest';
import { UserId, type RoomId } from '../../machines/ids.ts';
import type { Marker } from '../../machines/marker.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createRoomWork } from '../../src/matrix/rooms.ts';
import type { NewRoom } from '../../src/ports.ts';
import { Clock, keptLog, me, room, startServer, type Reply, type ScriptedServer, type Seen } from './support.ts';

export const person = UserId.parse('@anna:test');
export const refused = (status: number, errcode: string): Reply => ({ status, json: { errcode, error: 'No' } });
export const noMarker = refused(404, 'M_NOT_FOUND');
export const wish: NewRoom = {
  ...{ kind: 'chat', operation: 'anna 1', name: 'Chat C1', topic: 'Talk', person, space: room('space') },
};
export const named = (name: string | null): Marker => ({
  ...{ version: 1, kind: 'entry', person, number: null, name },
  ...{ agent: null, contextId: null, archived: false },
});
/** A yes to whatever is written. */
export const written: Reply = { json: { event_id: '$written' } };

export interface RoomWorkStage {
  server: ScriptedServer;
  clock: Clock;
  log: ReturnType<typeof keptLog>;
  work: ReturnType<typeof createRoomWork>;
  /** What stood in the place of a marker and was kept. */
  kept: [RoomId, unknown][];
  /** So often it cannot be kept. */
  refuseToKeep: number;
  /** What the homeserver says of itself. */
  capabilities: Reply;
  /** Ends the time that a marker has. */
  late: AbortController;
  start(reply: (seen: Seen, index: number) => Reply | Promise<Reply>): Promise<void>;
  /** What was asked for, as `method path` from below the client API on. */
  calls(): string[];
}

/** A stage that is new in each test of the file. */
export function useRoomWork(): RoomWorkStage {
  const stage = {
    async start(reply) {
      const isVersion = ({ path }: Seen) => path.endsWith('/capabilities');
      const server = await startServer(reply, (seen) => (isVersion(seen) ? stage.capabilities : null));
      const { log, clock, late } = stage;
      const api = createClient({ homeserver: server.url, accessToken: 'secret-token', me, log });
      const keepMarker = async (room: RoomId, content: unknown) => {
        if (stage.refuseToKeep-- > 0) throw new Error('the disk is full');
        stage.kept.push([room, content]);
      };
      const options = { api, me, chance: () => 1, now: clock.now, log, keepMarker };
      const work = createRoomWork({ ...options, wait: clock.wait, timeout: () => late.signal });
      Object.assign(stage, { server, work });
    },
    calls: () =>
      stage.server.seen.map(
        ({ method, path }) => `${method} ${decodeURIComponent(path).replace('/_matrix/client/v3', '')}`,
      ),
  } as RoomWorkStage;
  beforeEach(() => {
    Object.assign(stage, {
      clock: new Clock(),
      log: keptLog(),
      kept: [],
      refuseToKeep: 0,
      late: new AbortController(),
    });
    const versions = { 'm.room_versions': { default: '12' } };
    stage.capabilities = { json: { capabilities: versions } };
  });
  afterEach(async () => {
    stage.work.close();
    await stage.server.close();
  });
  return stage;
}
