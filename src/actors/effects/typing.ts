/** Typing as rooms wish it: renewed while it lasts, one request at a time, a quick off-and-on says nothing. */
import type { RoomId } from '../../../machines/ids.ts';
import { latestWish } from '../../basics/latest-wish.ts';
import type { Now, ShowTyping } from '../../ports.ts';
import type { Alarm } from '../../durable/timers.ts';

/** How long one request shows it, and when it is renewed, ms. */
const SHOWN_MS = 30_000;
const RENEW_MS = 22_000;
/** An answer that comes sooner needs none. */
const DELAY_MS = 150;

export interface Typing {
  wish(room: RoomId, on: boolean): void;
}

interface Wish {
  on: boolean;
  shown: boolean;
  cancel: (() => void) | null;
}

export function createTyping(show: ShowTyping, alarm: Alarm, now: Now): Typing {
  const wishes = new Map<RoomId, Wish>();

  const fulfil = latestWish(async (room: RoomId, wish: Wish): Promise<void> => {
    await Promise.resolve();
    const { on } = wish;
    if (on !== wish.shown) {
      wish.shown = on;
      wish.cancel?.();
      wish.cancel = null;
      await show(room, on ? SHOWN_MS : 0);
      if (on) wish.cancel = alarm.set(now() + RENEW_MS, () => renew(room, wish));
    }
    if (wish.on || wish.shown) return;
    wish.cancel?.();
    if (wishes.get(room) === wish) wishes.delete(room);
  });

  function renew(room: RoomId, wish: Wish): void {
    wish.cancel = null;
    if (!wish.on) return;
    wish.shown = false;
    void fulfil(room, wish);
  }

  return {
    wish(room, on) {
      const wish = wishes.get(room);
      if (wish === undefined) {
        if (!on) return;
        const begun: Wish = { on, shown: false, cancel: null };
        begun.cancel = alarm.set(now() + DELAY_MS, () => void fulfil(room, begun));
        wishes.set(room, begun);
        return;
      }
      wish.on = on;
      if (on && !wish.shown && wish.cancel !== null) return;
      void fulfil(room, wish);
    },
  };
}
