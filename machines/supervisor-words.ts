/** What the root remembers of the actors: how many live, and how those stand that failed. */
import type { RestartDecision, RestartPolicy } from './restart-policy.ts';

/** Why an actor is wanted. */
export type Why = 'reconciled' | 'invited' | 'spoken to' | 'woken' | 'told' | 'restarted' | 'unparked';

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
  /** The actors that failed, until they end. */
  failures: Failures;
}

/**
 * By key, in drawers: one more costs a copy of its drawer, not of all, because an outage fails tens of thousands at once.
 * A drawer with nothing in it is not there.
 */
type Failures = Readonly<Record<number, Readonly<Record<string, Failure>>>>;

interface Failure {
  /** Why it failed last. */
  error: string;
  /** When it failed by itself, and when by what all share, ms. */
  crashes: readonly number[];
  outages: readonly number[];
  standing: 'running again' | 'backing off' | 'parked';
}

/** Which actor failed, and why. */
interface Failed {
  key: string;
  error: string;
}

const DRAWERS = 256;

function drawerOf(key: string): number {
  let sum = 0;
  for (let index = 0; index < key.length; index++) sum = (sum * 31 + key.charCodeAt(index)) % 65_521;
  return sum % DRAWERS;
}

export function failureOf(failures: Failures, key: string): Failure | undefined {
  return failures[drawerOf(key)]?.[key];
}

function withFailure(failures: Failures, key: string, failure: Failure): Failures {
  const drawer = drawerOf(key);
  return { ...failures, [drawer]: { ...failures[drawer], [key]: failure } };
}

function withoutFailure(failures: Failures, key: string): Failures {
  const drawer = drawerOf(key);
  const { [key]: _, ...others } = failures[drawer] ?? {};
  if (!isEmpty(others)) return { ...failures, [drawer]: others };
  const { [drawer]: __, ...left } = failures;
  return left;
}

/** How an actor stands that failed; null for all others. */
export function standingOf({ failures }: SupervisorContext, key: string): 'backing off' | 'parked' | null {
  const standing = failureOf(failures, key)?.standing ?? 'running again';
  return standing === 'running again' ? null : standing;
}

/** Why an actor that is parked, or waits for its restart, failed last, and when (ms); null for all others. */
export function failureIn(context: SupervisorContext, key: string): { error: string; at: number } | null {
  const failure = failureOf(context.failures, key);
  if (failure === undefined || failure.standing === 'running again') return null;
  return { error: failure.error, at: Math.max(...failure.crashes, ...failure.outages) };
}

/** How the actors stand that failed and do not run again. */
export function* standingsIn({
  failures,
}: SupervisorContext): Generator<readonly [key: string, standing: 'backing off' | 'parked']> {
  for (const drawer of Object.values(failures)) {
    for (const [key, { standing }] of Object.entries(drawer)) {
      if (standing !== 'running again') yield [key, standing];
    }
  }
}

/** The actors that are parked: at most `most`, since all of them may be. */
export function parkedIn(context: SupervisorContext, most: number): string[] {
  const keys: string[] = [];
  if (context.parked === 0) return keys;
  for (const [key, standing] of standingsIn(context)) {
    if (keys.length >= most) break;
    if (standing === 'parked') keys.push(key);
  }
  return keys;
}

export function spawned(context: SupervisorContext, keys: readonly string[]) {
  const { live, backingOff, parked } = context;
  let { failures } = context;
  let wereParked = 0;
  let again = 0;
  for (const key of isEmpty(failures) ? [] : keys) {
    const failure = failureOf(failures, key);
    if (failure === undefined || failure.standing === 'running again') continue;
    again++;
    if (failure.standing === 'parked') wereParked++;
    failures = withFailure(failures, key, { ...failure, standing: 'running again' });
  }
  if (again === 0) return { live: live + keys.length };
  return {
    live: live + keys.length,
    backingOff: backingOff - again + wereParked,
    parked: parked - wereParked,
    failures,
  };
}

export function failed(
  { live, backingOff, parked, failures }: SupervisorContext,
  { key, error }: Failed,
  { kind, crashes }: RestartDecision,
) {
  const standing = kind === 'park' ? ('parked' as const) : ('backing off' as const);
  const outages = failureOf(failures, key)?.outages ?? [];
  return {
    live: live - 1,
    backingOff: backingOff + (kind === 'restart' ? 1 : 0),
    parked: parked + (kind === 'park' ? 1 : 0),
    failures: withFailure(failures, key, { error, crashes, outages, standing }),
  };
}

/** It waits for what all share. */
export function held(
  { live, backingOff, failures }: SupervisorContext,
  { key, error }: Failed,
  outages: readonly number[],
) {
  const crashes = failureOf(failures, key)?.crashes ?? [];
  return {
    live: live - 1,
    backingOff: backingOff + 1,
    failures: withFailure(failures, key, { error, crashes, outages, standing: 'backing off' }),
  };
}

export function released({ live, failures }: SupervisorContext, key: string) {
  if (isEmpty(failures) || failureOf(failures, key) === undefined) return { live: live - 1 };
  return { live: live - 1, failures: withoutFailure(failures, key) };
}

/** Most of the time nothing has failed: then no key is looked up. */
function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
