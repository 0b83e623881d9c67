/** Rooms with others in them: whose company counts, and what becomes of such a room. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { Company } from '../../machines/room.model.ts';
import type { CompanyIn, Now } from '../ports.ts';

/** How long what was seen of a room counts, ms: while nobody is known there, each word would ask again. */
const LOOK_MS = 60_000;
const MOST_LOOKS = 1_000;

export interface CompanyWorld {
  companyIn: CompanyIn;
  isPerson(user: UserId): boolean;
  /** What becomes of rooms of several. */
  groups: 'decline' | 'accept';
  now: Now;
}

/**
 * What a room is to the operator where anybody besides this person is in it, or may come in or read as they like; null
 * where nobody does, also where the bot is out again. Rejects with `Closed` only.
 */
export type CompanyOf = (room: RoomId, person: UserId) => Promise<Company | null>;

export function createCompanyOf({ companyIn, isPerson, groups }: CompanyWorld): CompanyOf {
  return async (room, person) => {
    const seen = await companyIn(room, person);
    const isAlone = seen === null || !(seen.open || seen.members.some((user) => user !== person && isPerson(user)));
    if (isAlone) return null;
    return groups === 'accept' ? 'accepted' : 'declined';
  };
}

/** The same, where what was seen a moment ago is not asked again. */
export function createGlances({ now, ...world }: CompanyWorld): CompanyOf {
  const seen = new Map<RoomId, { at: number; looked: ReturnType<CompanyIn> }>();

  function companyIn(room: RoomId, party: UserId): ReturnType<CompanyIn> {
    const before = seen.get(room);
    const age = before === undefined ? Infinity : now() - before.at;
    if (before !== undefined && age >= 0 && age < LOOK_MS) return before.looked;
    const looked = world.companyIn(room, party);
    seen.delete(room);
    seen.set(room, { at: now(), looked });
    for (const [oldest] of seen) if (seen.size > MOST_LOOKS) seen.delete(oldest);
    const forget = () => void (seen.get(room)?.looked === looked && seen.delete(room));
    // A room that the bot is out of is another one when it comes again.
    looked.then((present) => present ?? forget(), forget);
    return looked;
  }

  return createCompanyOf({ ...world, now, companyIn });
}
