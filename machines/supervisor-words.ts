/** What the root remembers of the actors: how many live, and how those stand that failed. */
import type { RestartDecision, RestartPolicy } from './restart-policy.ts';

/** Why an actor is wanted. */
export type Why = 'reconciled' | 'invited' | 'spoken to' | 'woken' | 'told' | 'restarted';

export interface SupervisorContext {
  /** Why the service is degraded, in a sentence for the operator; null for what works. */
  sync: string | null;
  store: string | null;
  /** How often an actor may fail. */
  policy: RestartPolicy;
  /** Actors that run or are being loaded. */
  live: number;
  /** Actors that wait for their restart. */
  backingOff: number;
  /** Actors that failed too often. */
  parked: number;
  /** The actors that failed, by key, until they end. */
  failures: Readonly<Record<string, Failure>>;
}

interface Failure {
  /** When it failed by itself, and when by what all share, ms. */
  crashes: readonly number[];
  outages: readonly number[];
  standing: 'running again' | 'backing off' | 'parked';
}

/** How an actor stands that failed; null for all others. */
export function standingOf({ failures }: SupervisorContext, key: string): 'backing off' | 'parked' | null {
  const standing = failures[key]?.standing ?? 'running again';
  return standing === 'running again' ? null : standing;
}

export function spawned(context: SupervisorContext, keys: readonly string[]) {
  const { live, backingOff, parked, failures } = context;
  const again = isEmpty(failures) ? [] : keys.filter((key) => standingOf(context, key) !== null);
  if (again.length === 0) return { live: live + keys.length };
  const running = again.map((key) => [key, { ...failures[key], standing: 'running again' as const }]);
  const wereParked = again.filter((key) => failures[key]?.standing === 'parked').length;
  return {
    live: live + keys.length,
    backingOff: backingOff - again.length + wereParked,
    parked: parked - wereParked,
    failures: { ...failures, ...(Object.fromEntries(running) as Record<string, Failure>) },
  };
}

export function failed(
  { live, backingOff, parked, failures }: SupervisorContext,
  key: string,
  { kind, crashes }: RestartDecision,
) {
  const standing = kind === 'park' ? ('parked' as const) : ('backing off' as const);
  return {
    live: live - 1,
    backingOff: backingOff + (kind === 'restart' ? 1 : 0),
    parked: parked + (kind === 'park' ? 1 : 0),
    failures: { ...failures, [key]: { crashes, outages: failures[key]?.outages ?? [], standing } },
  };
}

/** It waits for what all share. */
export function held({ live, backingOff, failures }: SupervisorContext, key: string, outages: readonly number[]) {
  const standing = 'backing off' as const;
  const crashes = failures[key]?.crashes ?? [];
  return {
    live: live - 1,
    backingOff: backingOff + 1,
    failures: { ...failures, [key]: { crashes, outages, standing } },
  };
}

export function released({ live, failures }: SupervisorContext, key: string) {
  if (isEmpty(failures) || !(key in failures)) return { live: live - 1 };
  const { [key]: _, ...others } = failures;
  return { live: live - 1, failures: others };
}

/** Most of the time nothing has failed: then no key is looked up. */
function isEmpty(failures: SupervisorContext['failures']): boolean {
  for (const _ in failures) return false;
  return true;
}
