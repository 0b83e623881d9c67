/** What the bot shows of itself in rooms: that it is typing, and how far it has read. One try each; what is lost is lost. */
import type { EventId, RoomId } from '../../machines/ids.ts';
import { latestWish } from '../basics/latest-wish.ts';
import type { Log, ShowTyping } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { toFailure } from './errors.ts';

/** How long one of them may take, ms. */
const TIMEOUT_MS = 5_000;

export interface Signals {
  /** Of what is wished for a room while a call for it is under way, the latest is shown. */
  showTyping: ShowTyping;
  /** Never rejects. */
  sendReadReceipt: (room: RoomId, event: EventId) => Promise<void>;
  /** Ends whatever is under way. */
  close(): void;
}

export function createSignals({ api, log }: { api: MatrixApi; log: Log }): Signals {
  const closing = new AbortController();
  const { signal } = closing;
  const limits = { signal, timeoutMs: TIMEOUT_MS };

  async function once(name: string, room: RoomId, call: () => Promise<void>): Promise<void> {
    try {
      if (!signal.aborted) await call();
    } catch (error) {
      const { code, detail } = toFailure(error, { retryAfter: null, now: 0 });
      log.debug({ call: name, room, code, detail }, 'disposable call failed');
    }
  }

  return {
    showTyping: latestWish((room: RoomId, ms: number) => once('typing', room, () => api.typing(room, ms, limits))),
    sendReadReceipt: (room, event) => once('receipt', room, () => api.markRead(room, event, limits)),
    close: () => closing.abort(),
  };
}
