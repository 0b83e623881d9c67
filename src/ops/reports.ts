/**
 * What operators are told, and when: each cause once when it begins, once when it ends. One that comes and goes is told of
 * anew only after a while, with how often it came.
 */
import type { Cause, Report } from '../ports/ops.ts';
import type { ToldCause as Told } from '../ports/store.ts';

/** A cause that is told of again is not told of sooner than this, ms. */
export const QUIET_MS = 5 * 60_000;

export interface Seen {
  causes: readonly Cause[];
  /** Nobody knows whether these go on. */
  unknown: ReadonlySet<string>;
}

/** Names a cause whatever is said of it. */
export function keyOf(cause: Cause): string {
  if (cause.about === 'agent' || cause.about === 'workspace') return `${cause.about} ${cause.agent}`;
  return cause.about === 'room' ? `room ${cause.room}` : cause.about;
}

/** Causes that are remembered: of more at once no more are told. */
const MOST_TOLD = 200;

/** Gives the very same list back where nothing changed. */
export function judge(
  before: readonly Told[],
  { causes, unknown }: Seen,
  now: number,
): { after: readonly Told[]; reports: Report[] } {
  const reports: Report[] = [];
  const open = new Map(causes.map((cause) => [keyOf(cause), cause]));
  const known = before.flatMap((told) => {
    const cause = open.get(told.key);
    open.delete(told.key);
    if (cause === undefined && unknown.has(told.key)) return told;
    const next = cause === undefined ? over(told, now, reports) : goingOn(told, cause, now, reports);
    return next ?? [];
  });
  for (const [key, cause] of open) {
    if (known.length >= MOST_TOLD) break;
    const fresh: Told = { key, cause, since: now, toldAt: null, isOpen: true, isTold: false, again: 0 };
    known.push(goingOn(fresh, cause, now, reports));
  }
  const isSame = known.length === before.length && known.every((told, index) => told === before[index]);
  return { after: isSame ? before : known, reports };
}

function mayTell({ toldAt }: Told, now: number): boolean {
  // A clock that was set back says nothing.
  return toldAt === null || now - toldAt >= QUIET_MS || now < toldAt;
}

function goingOn(told: Told, cause: Cause, now: number, reports: Report[]): Told {
  const begun = told.isOpen ? told : { ...told, cause, isOpen: true, since: now, again: told.again + 1 };
  if (begun.isTold || !mayTell(begun, now)) return begun;
  // Once of the times is this one.
  const again = told.toldAt === null ? 0 : Math.max(0, begun.again - 1);
  reports.push({ cause, is: 'began', again, forMs: now - begun.since });
  return { ...begun, cause, toldAt: now, isTold: true, again: 0 };
}

/** Null where nothing is to be remembered of it any more. */
function over(told: Told, now: number, reports: Report[]): Told | null {
  const { cause, since, isOpen, isTold, again } = told;
  if (isOpen && isTold) {
    reports.push({ cause, is: 'ended', again: 0, forMs: now - since });
    return { ...told, isOpen: false, isTold: false, since: now };
  }
  const closed = isOpen ? { ...told, isOpen: false, since: now } : told;
  if (!mayTell(told, now)) return closed;
  if (again > 0) reports.push({ cause, is: 'ended', again, forMs: 0 });
  return null;
}
