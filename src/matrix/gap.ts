/** Reads what a limited timeline left out: from its older end, and where that does not lead through, from its newer one. */
import type { RoomId } from '../../machines/ids.ts';
import type { MatrixApi, Messages, MessagesQuery } from './client.ts';
import { isRefusal, isTooLarge, MatrixFailure } from './errors.ts';

/** Pages read from either end of a gap. */
export const MAX_PAGES = 50;
/** Events asked for at once; fewer where so many are too much for one answer. */
const PAGE_SIZES = [100, 10, 1];
/** The sync of all waits for a page, ms. */
const PAGE_TIMEOUT_MS = 8_000;

export interface Gap {
  room: RoomId;
  /** Positions: nothing up to `from` and nothing beyond `to` belongs to it. */
  from: string;
  to: string;
}

/** Oldest first; between `older` and `newer` something may be missing, unless it is `whole`. */
export interface Filling {
  older: unknown[];
  newer: unknown[];
  whole: boolean;
}

export interface GapOptions {
  api: Pick<MatrixApi, 'messages'>;
  filter: object;
  signal: AbortSignal;
  /** Any failure of the room's history counts like a no: it was tried often enough. */
  lastTry: boolean;
}

/** Rejects with a MatrixFailure that is no refusal. */
export async function readGap({ room, from, to }: Gap, options: GapOptions): Promise<Filling> {
  const ahead = await walk(room, { dir: 'f', from, to }, options, () => false);
  if (ahead.through) return { older: ahead.events, newer: [], whole: true };
  const known = new Set(ahead.events.map(idOf));
  known.delete(undefined);
  const back = await walk(room, { dir: 'b', from: to, to: from }, options, (event) => known.has(idOf(event)));
  return { older: ahead.events, newer: back.events.toReversed(), whole: back.through };
}

/** Walks from one end until there is no more, or until an event that is known from the other end. */
async function walk(
  room: RoomId,
  way: Pick<Required<MessagesQuery>, 'dir' | 'from' | 'to'>,
  options: GapOptions,
  isKnown: (event: unknown) => boolean,
): Promise<{ events: unknown[]; through: boolean }> {
  const events: unknown[] = [];
  let { from } = way;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const read = await readPage(room, { ...way, from }, options);
    if (read === null) return { events, through: false };
    for (const event of read.chunk) {
      if (isKnown(event)) return { events, through: true };
      events.push(event);
    }
    if (read.end === undefined || read.end === from || read.end === way.to) return { events, through: true };
    from = read.end;
  }
  return { events, through: false };
}

/** Null where the homeserver does not give it. */
async function readPage(room: RoomId, way: MessagesQuery, options: GapOptions): Promise<Messages | null> {
  const { api, filter, signal, lastTry } = options;
  for (const limit of PAGE_SIZES) {
    try {
      return await api.messages(room, { ...way, limit, filter }, { signal, timeoutMs: PAGE_TIMEOUT_MS });
    } catch (error) {
      if (isTooLarge(error)) continue;
      if (isRefusal(error) || (lastTry && isOfTheRoom(error))) return null;
      throw error;
    }
  }
  return null;
}

function isOfTheRoom(error: unknown): boolean {
  return error instanceof MatrixFailure && (error.kind === 'unavailable' || error.kind === 'limited');
}

/** What tells two events apart; undefined for what is none. */
function idOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'event_id' in event ? event.event_id : undefined;
}
