/** Lets the bot into the room that takes the place of a chat: at once, or at the invite that may follow later. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Arrival, JoinRoom, Now } from '../ports.ts';

export interface Antechamber {
  /** Resolves when the bot is in the room: now, or after an invite. `person`: whose chat it is. Rejects with `Closed` only. */
  letIn(room: RoomId, person: UserId): Promise<void>;
  /** The arrivals without the invites to rooms that take the place of chats. */
  others(arrivals: readonly Arrival[]): Arrival[];
}

/** `isChat`: whether what replaces the room goes on as the same chat. */
export function createAntechamber(world: { joinRoom: JoinRoom; isChat(room: RoomId): boolean; now: Now }): Antechamber {
  /** What happens at an invite. */
  const expected = new Map<RoomId, () => void>();
  return {
    async letIn(room, party) {
      for (;;) {
        const { promise: invited, resolve } = Promise.withResolvers<void>();
        // Before the try: the invite may be here earlier than the refusal.
        expected.set(room, resolve);
        const { ok } = await world.joinRoom(room, { party, since: world.now() });
        if (ok) break;
        await invited;
      }
      expected.delete(room);
    },
    others(arrivals) {
      for (const { room, heard } of arrivals) {
        if (heard.type !== 'room.replaced' || expected.has(heard.replacement) || !world.isChat(room)) continue;
        expected.set(heard.replacement, () => {});
      }
      return arrivals.filter(({ room, heard }) => {
        const tellInvited = heard.type === 'room.invited' ? expected.get(room) : undefined;
        tellInvited?.();
        return tellInvited === undefined;
      });
    },
  };
}
