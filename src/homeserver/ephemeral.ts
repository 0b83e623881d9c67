/** What passes through a room without staying: who is typing, who has read how far. */
import { isObject, objectOr, type Json } from './json.ts';
import type { Receipt, Room } from './room.ts';
import { readUpTo } from './unread.ts';
import type { World } from './world.ts';

/** Typing and receipts that `user` has not heard since `since` (null: ever). */
export function ephemeralNews(room: Room, user: string, since: number | null): { type: string; content: Json }[] {
  const events: { type: string; content: Json }[] = [];
  const from = since ?? 0;
  if (room.typingPosition > from) events.push({ type: 'm.typing', content: { user_ids: [...room.typing.keys()] } });
  if (room.receiptsPosition > from) {
    const news = [...room.receipts.values()].filter(
      (receipt) => receipt.position > from && (receipt.type !== 'm.read.private' || receipt.user === user),
    );
    if (news.length > 0) events.push({ type: 'm.receipt', content: receiptContent(news) });
  }
  return events;
}

function receiptContent(receipts: Receipt[]): Json {
  const content: Json = {};
  for (const { eventId, type, user, ts, thread } of receipts) {
    const byType = objectOr((content[eventId] ??= {}));
    const byUser = (byType[type] ??= {});
    if (isObject(byUser)) byUser[user] = { ts, ...(thread === undefined ? {} : { thread_id: thread }) };
  }
  return content;
}

function tellRoom(world: World, room: Room): void {
  for (const user of room.joined) world.stream.touch(user, room.id);
}

/** Shows the user as typing for `ms`, or no longer (0). */
export function setTyping(world: World, room: Room, user: string, ms: number): void {
  const running = room.typing.get(user);
  clearTimeout(running);
  if (ms > 0) {
    const stop = () => setTyping(world, room, user, 0);
    room.typing.set(user, setTimeout(stop, Math.min(ms, 2 ** 31 - 1)).unref());
  } else {
    room.typing.delete(user);
  }
  if ((running !== undefined) === ms > 0) return;
  room.typingPosition = world.stream.next();
  tellRoom(world, room);
}

/** Moves a read receipt forward; reading resets what is unread. */
export function setReceipt(world: World, room: Room, receipt: Omit<Receipt, 'ts' | 'position'>): void {
  const event = room.event(receipt.eventId);
  if (!event) return;
  const key = [receipt.type, receipt.user, receipt.thread ?? ''].join('\u0000');
  const before = room.event(room.receipts.get(key)?.eventId ?? '');
  if (before && before.position >= event.position) return;
  room.receiptsPosition = world.stream.next();
  room.receipts.set(key, { ...receipt, ts: world.now(), position: room.receiptsPosition });
  readUpTo(room, receipt.user, event.position);
  tellRoom(world, room);
}
