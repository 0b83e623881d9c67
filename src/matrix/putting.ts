/** How one message gets into its room: by a PUT under its transaction id, after a look into the room where that is not enough. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Log, Now, Outgoing, Receipt } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { messageContent } from './content.ts';
import { isRefusal } from './errors.ts';
import { findSent } from './history.ts';

/** Homeservers forget transaction ids after a day; a message older than this, ms, is looked for first. */
export const TRANSACTION_MEMORY_MS = 20 * 3_600_000;
/** How long a disposable message may take, ms. */
const DISPOSABLE_TIMEOUT_MS = 5_000;

export interface PuttingOptions {
  api: MatrixApi;
  /** The device of `api`'s access token: transaction ids are remembered per device. */
  device: string;
  me: UserId;
  now: Now;
  log: Log;
  signal: AbortSignal;
}

export interface Putting {
  /** All tries of one message; each rejects with a MatrixFailure. */
  triesOf(message: Outgoing): () => Promise<Receipt>;
  /** One try with a short time. */
  once(message: Outgoing): Promise<Receipt>;
  /** Whether something harmless that goes the same way as the messages of the room arrives. */
  wayIsFree(room: RoomId): Promise<boolean>;
}

export function createPutting({ api, device, me, now, log, signal }: PuttingOptions): Putting {
  const hurried = { signal, timeoutMs: DISPOSABLE_TIMEOUT_MS };

  async function put(message: Outgoing, limits: { signal: AbortSignal; timeoutMs?: number }): Promise<Receipt> {
    const { room, transaction } = message;
    const eventId = await api.putEvent(room, 'm.room.message', transaction, messageContent(message), limits);
    return { ok: true, eventId };
  }

  function mustSearch(message: Outgoing, searchedAt: number | null): boolean {
    if (now() - (searchedAt ?? message.since) > TRANSACTION_MEMORY_MS) return true;
    return searchedAt === null && message.device !== null && message.device !== device;
  }

  return {
    triesOf(message) {
      /** When the room's history was searched for it in vain. */
      let searchedAt: number | null = null;
      return async () => {
        if (!mustSearch(message, searchedAt)) return put(message, { signal });
        const { room, transaction } = message;
        const eventId = await findSent(api, me, message, signal);
        log.info(
          { room, transaction, found: eventId !== null },
          'searched a room for a message that may have been sent',
        );
        if (eventId !== null) return { ok: true, eventId };
        searchedAt = now();
        return put(message, { signal });
      };
    },
    once: (message) => put(message, hurried),
    wayIsFree: (room) =>
      api.typing(room, 0, hurried).then(
        () => true,
        (error: unknown) => isRefusal(error),
      ),
  };
}
