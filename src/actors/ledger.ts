/** What each room is at, as its record says: for those who count them. One at rest costs a place in a list. */
import type { AgentId, RoomId } from '../../machines/ids.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../durable/record.ts';
import type { RoomState } from '../ports/ops.ts';

/** `since`: of the oldest that the homeserver has not acknowledged, ms; null where nothing is. */
export interface Entry {
  state: Exclude<RoomState, 'restarting' | 'parked'>;
  agent: AgentId;
  line: number;
  outbox: number;
  since: number | null;
  parked: number;
}

export interface Totals {
  line: number;
  outbox: number;
  since: number | null;
  parkedEvents: number;
}

export interface Ledger {
  /** A room's record as it is on disk now. */
  note(record: Envelope<RoomContext>): void;
  entries: ReadonlyMap<RoomId, Entry>;
  /** Of all rooms; looks only at those that are not at rest. */
  totals(): Totals;
}

export function createLedger(): Ledger {
  const entries = new Map<RoomId, Entry>();
  /** Those about which there is more to say than which agent they are of. */
  const busy = new Map<RoomId, Entry>();
  /** Rooms at rest are alike but for their agent. */
  const atRest = new Map<AgentId, Entry>();

  function resting(agent: AgentId): Entry {
    const known = atRest.get(agent);
    if (known !== undefined) return known;
    const entry: Entry = { state: 'at rest', agent, line: 0, outbox: 0, since: null, parked: 0 };
    atRest.set(agent, entry);
    return entry;
  }

  return {
    entries,
    note(record) {
      const { context, outbox, parked, done } = record;
      const { room, agent } = context;
      if (done) {
        entries.delete(room);
        busy.delete(room);
        return;
      }
      const state = stateOf(record);
      if (state === 'at rest' && parked.length === 0) {
        busy.delete(room);
        entries.set(room, resting(agent));
        return;
      }
      const since = outbox.length === 0 ? null : Math.min(...outbox.map((item) => item.since));
      const line = context.waiting.length;
      const entry: Entry = { state, agent, line, outbox: outbox.length, since, parked: parked.length };
      entries.set(room, entry);
      busy.set(room, entry);
    },
    totals() {
      const totals: Totals = { line: 0, outbox: 0, since: null, parkedEvents: 0 };
      for (const { line, outbox, since, parked } of busy.values()) {
        totals.line += line;
        totals.outbox += outbox;
        totals.parkedEvents += parked;
        if (since !== null) totals.since = Math.min(totals.since ?? Infinity, since);
      }
      return totals;
    },
  };
}

function stateOf({ context, outbox }: Envelope<RoomContext>): Entry['state'] {
  if (context.turn !== null) return 'answering';
  if (context.waiting.length > 0) return 'in line';
  return outbox.length > 0 ? 'sending' : 'at rest';
}
