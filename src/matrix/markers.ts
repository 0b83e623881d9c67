/** The markers of rooms, in the bot's own account data: what they are, how they are read, and which one may be replaced. */
import { z } from 'zod';
import { type RoomId } from '../../machines/ids.ts';
import { Marker } from '../../machines/marker.ts';
import { describeError } from '../basics/describe-error.ts';
import { latestWish } from '../basics/latest-wish.ts';
import type { Chance, Done, Log, RoomWork } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { Closed, isRefusal, MatrixFailure, unlessRefused } from './errors.ts';
import { retry, type Wait } from './wait.ts';

/** The account data of a room that holds its marker. */
export const MARKER_TYPE = 'org.roomkeeper.room';

/** Whoever asks for a marker keeps the sync waiting, ms. */
const READ_MS = 10_000;

const Versioned = z.object({ version: z.number().gt(Marker.shape.version.value) });

/** `newer`: a later version of the service wrote it; null: it is no marker. */
export function markerIn(content: unknown): Marker | 'newer' | null {
  return Marker.safeParse(content).data ?? (Versioned.safeParse(content).success ? 'newer' : null);
}

/** Why such a room is left alone. */
export function newerMarker(): MatrixFailure {
  return new MatrixFailure({
    kind: 'refused',
    status: null,
    code: 'NEWER_MARKER',
    detail: 'The marker of the room was written by a newer Roomkeeper: the room is left alone',
  });
}

/** Resolves when a copy of the content is kept. */
export type KeepMarker = (room: RoomId, content: unknown) => Promise<unknown>;

export interface MarkersOptions {
  api: MatrixApi;
  signal: AbortSignal;
  chance: Chance;
  log: Log;
  wait: Wait;
  /** Aborts after `ms`. */
  timeout: (ms: number) => AbortSignal;
  /** Keeps what stands where a marker should be and is none, before it is replaced. */
  keep: KeepMarker;
  /** Makes the change until the homeserver says yes or a final no. */
  change: (name: string, room: RoomId, call: () => Promise<unknown>) => Promise<Done>;
}

export function createMarkers(options: MarkersOptions): Pick<RoomWork, 'readMarker' | 'writeMarker'> {
  const { api, signal, chance, log, wait, timeout, keep, change } = options;
  /** The rooms whose marker is known to be none of a newer version. */
  const replaceable = new Set<RoomId>();

  async function look(room: RoomId, during: AbortSignal): Promise<Marker | null> {
    const content = await unlessRefused(api.roomData(room, MARKER_TYPE, { signal: during }), 'M_NOT_FOUND');
    const marker = markerIn(content);
    if (marker === 'newer') throw newerMarker();
    if (marker === null && !isNothing(content)) {
      log.warn({ room }, 'what should be the marker of a room is none; a copy is kept before it is replaced');
      await keep(room, content).catch((error: unknown) => {
        throw notKept(error);
      });
    }
    replaceable.add(room);
    return marker;
  }

  async function readMarker(room: RoomId): Promise<Marker | null> {
    const during = AbortSignal.any([signal, timeout(READ_MS)]);
    try {
      return await retry(() => look(room, during), {
        ...{ on: ['limited', 'unavailable', 'suspended', 'unauthorised'], signal: during, wait, chance },
        onRetry: ({ status, code, detail }, waitMs) =>
          log.warn({ room, status, code, detail, waitMs }, 'marker not read, trying again'),
      });
    } catch (error) {
      if (error instanceof Closed && !signal.aborted) throw lateMarker();
      if (isRefusal(error) && !isRefusal(error, newerMarker().code)) return null;
      throw error;
    }
  }

  return {
    readMarker,
    writeMarker: latestWish((room: RoomId, marker: Marker) =>
      change('write marker', room, async () => {
        if (!replaceable.has(room)) await look(room, signal);
        await api.putRoomData(room, MARKER_TYPE, marker, { signal });
      }),
    ),
  };
}

/** Nothing was ever there, or it was taken away: account data cannot be deleted, only emptied. */
function isNothing(content: unknown): boolean {
  return content === null || (typeof content === 'object' && Object.keys(content).length === 0);
}

function notKept(error: unknown): MatrixFailure {
  const detail = `What stands in the place of the marker could not be kept: ${describeError(error)}`;
  return new MatrixFailure({ kind: 'unavailable', status: null, code: 'NOT_KEPT', detail });
}

function lateMarker(): MatrixFailure {
  return new MatrixFailure({
    kind: 'unavailable',
    status: null,
    code: 'ETIMEDOUT',
    detail: `The marker of the room could not be read within ${READ_MS / 1000} s`,
  });
}
