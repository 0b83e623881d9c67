/** What the bot does in rooms besides sending messages: joining, typing, marking as read. */
import type { EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { Chance, JoinRoom, Log, ShowTyping } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { toFailure } from './errors.ts';
import { createUntilFinal } from './until-final.ts';
import type { Wait } from './wait.ts';
import { wait as realWait } from './wait.ts';

/** How many joins are under way at once: a homeserver may need a minute for one. */
export const MAX_AT_ONCE = 8;
/** How long one join may take, ms: it can go through other homeservers. */
const JOIN_TIMEOUT_MS = 60_000;
/** How long a disposable call may take, ms. */
const SHORT_TIMEOUT_MS = 5_000;

export interface ActionsOptions {
  api: MatrixApi;
  me: UserId;
  chance: Chance;
  log: Log;
  wait?: Wait;
}

export interface Actions {
  /** Tries until the homeserver says yes or a final no; rejects with `Closed` only. */
  joinRoom: JoinRoom;
  showTyping: ShowTyping;
  /** One try; never rejects. */
  sendReadReceipt: (room: RoomId, event: EventId) => Promise<void>;
  /** Ends whatever is under way. */
  close(): void;
}

export function createActions({ api, me, chance, log, wait = realWait }: ActionsOptions): Actions {
  const closing = new AbortController();
  const { signal } = closing;
  const untilFinal = createUntilFinal({ signal, wait, chance, log, atOnce: MAX_AT_ONCE, limitIsShared: true });
  /** What each room is to show next, while a call for it is under way: a late call must not win over a newer one. */
  const typing = new Map<RoomId, { next: number | null }>();

  async function done(name: string, room: RoomId, call: () => Promise<unknown>): ReturnType<JoinRoom> {
    const final = await untilFinal(name, room, call);
    return final.ok ? { ok: true } : final;
  }

  async function once(name: string, room: RoomId, call: () => Promise<void>): Promise<void> {
    try {
      if (!signal.aborted) await call();
    } catch (error) {
      const { code, detail } = toFailure(error, { retryAfter: null, now: 0 });
      log.debug({ call: name, room, code, detail }, 'disposable call failed');
    }
  }

  async function showTyping(room: RoomId, ms: number): Promise<void> {
    const underway = typing.get(room);
    if (underway) {
      underway.next = ms;
      return;
    }
    const state: { next: number | null } = { next: ms };
    typing.set(room, state);
    while (state.next !== null) {
      const now = state.next;
      state.next = null;
      await once('typing', room, () => api.typing(room, me, now, { signal, timeoutMs: SHORT_TIMEOUT_MS }));
    }
    typing.delete(room);
  }

  return {
    joinRoom: (room) => done('join', room, () => api.join(room, { signal, timeoutMs: JOIN_TIMEOUT_MS })),
    showTyping,
    sendReadReceipt: (room, event) =>
      once('receipt', room, () => api.markRead(room, event, { signal, timeoutMs: SHORT_TIMEOUT_MS })),
    close: () => closing.abort(),
  };
}
