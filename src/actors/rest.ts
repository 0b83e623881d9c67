/**
 * What is under way with a room or a person, as five questions that are easily taken for one: may it leave memory, must
 * a start wake it, does it hear that it was away, does a stop wait for it, may it be told that the bot is gone from it.
 */
import type { PersonContext } from '../../machines/person.model.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../durable/record.ts';

interface Rest<Context> {
  /** Nothing of it needs memory: neither a timer, nor an effect, nor a turn. */
  mayLeaveMemory(record: Envelope<Context>): boolean;
  /** Something goes on that no event from outside would wake it for. */
  mustBeWoken(record: Envelope<Context>): boolean;
  /** Something was under way that its chart has to judge anew after a time away. */
  hearsResumed(record: Envelope<Context>): boolean;
  /** A stop waits for it: not for a timer, which rings after the next start as well. */
  holdsAStop(record: Envelope<Context>): boolean;
}

export const roomRest = {
  mayLeaveMemory: isIdleRoom,
  mustBeWoken: (record) => !isIdleRoom(record),
  hearsResumed: (record) => !isIdleRoom(record),
  holdsAStop: (record) => hasEffect(record) || hasTurn(record),
  /** Where a start finds the bot no longer in the room: else what is under way ends first. */
  mayBeToldItLeft: isIdleRoom,
} satisfies Rest<RoomContext> & { mayBeToldItLeft: typeof isIdleRoom };

export const personRest: Rest<PersonContext> = {
  mayLeaveMemory: (record) => !isMaking(record),
  mustBeWoken: isMaking,
  hearsResumed: isMaking,
  holdsAStop: isMaking,
};

function isIdleRoom(record: Envelope<RoomContext>): boolean {
  return record.timers.length === 0 && !hasEffect(record) && !hasTurn(record);
}

function hasEffect({ outbox }: Envelope): boolean {
  return outbox.length > 0;
}

function hasTurn({ context }: Envelope<RoomContext>): boolean {
  return context.turn !== null;
}

function isMaking(record: Envelope<PersonContext>): boolean {
  return hasEffect(record) || record.context.job !== null;
}
