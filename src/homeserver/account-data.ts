/** Account data: what a user keeps on the server, for itself or for one room. */
import type { Account, Stored } from './accounts.ts';
import type { Json } from './json.ts';
import type { World } from './world.ts';

/** Keeps a piece of account data, global (`roomId` null) or of a room, and tells the user's devices. */
export function storeAccountData(
  world: World,
  account: Account,
  roomId: string | null,
  type: string,
  content: Json,
): void {
  let stored = account.accountData;
  if (roomId !== null) {
    stored = account.roomAccountData.get(roomId) ?? new Map<string, Stored>();
    account.roomAccountData.set(roomId, stored);
  }
  stored.set(type, { content, position: world.stream.next() });
  world.stream.touch(account.id, roomId);
}
