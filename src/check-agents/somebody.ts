/** Who asks agents when nobody does: a person and a room that no homeserver has. */
import { RoomId, UserId } from '../../machines/ids.ts';

export const SOMEBODY = UserId.parse('@check-agents:roomkeeper.invalid');
export const ROOM = RoomId.parse('!check-agents:roomkeeper.invalid');
