/** Runs the checks side by side, each as soon as what it needs is there, and none for longer than it may. */
import pMap from 'p-map';
import { describeError } from '../basics/describe-error.ts';
import { whyNoHomeserver } from '../matrix/diagnosis.ts';
import { MatrixFailure } from '../matrix/errors.ts';
import type { Check, Finding, Found, World } from './check.ts';

/** More than wait for others: those above them always have a place. */
const AT_ONCE = 12;

/** `onDone` hears of each check as it ends. Gives the findings in the order of the table; never rejects. */
export async function runChecks(
  checks: readonly Check[],
  world: World,
  { signal, onDone }: { signal: AbortSignal; onDone: (check: string) => void },
): Promise<Found[]> {
  const running = new Map<string, Promise<Found[]>>();
  const found = await pMap(
    checks,
    (check) => {
      const going = begin(check, running, world, signal).finally(() => onDone(check.name));
      running.set(check.name, going);
      return going;
    },
    { concurrency: AT_ONCE },
  );
  return found.flat();
}

async function begin(
  check: Check,
  running: ReadonlyMap<string, Promise<Found[]>>,
  world: World,
  signal: AbortSignal,
): Promise<Found[]> {
  for (const name of check.needs) {
    const before = (await running.get(name)) ?? [];
    if (before.some(({ is }) => is === 'fail' || is === 'skipped')) {
      return [{ check: check.name, is: 'skipped', says: `not looked at: it needs ${name}`, ms: 0 }];
    }
  }
  const started = performance.now();
  const found = await within(check, world, signal);
  const ms = Math.round(performance.now() - started);
  return found.map((one) => ({ check: check.name, ms, ...one }));
}

async function within(check: Check, world: World, signal: AbortSignal): Promise<Finding[]> {
  const limit = check.withinMs(world.options);
  const ending = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const late = Promise.withResolvers<Finding>();
  ending.addEventListener('abort', () => late.resolve(signal.aborted ? calledOff : tooLate(limit)), { once: true });
  if (ending.aborted) return [calledOff];
  try {
    const found = await Promise.race([check.run(world, ending), late.promise]);
    return Array.isArray(found) ? found : [found];
  } catch (error) {
    return [ending.aborted ? await late.promise : await failed(error, world)];
  }
}

/** That a call was limited says nothing of what it was to find out. */
async function failed(error: unknown, { config }: World): Promise<Finding> {
  if (!(error instanceof MatrixFailure)) return { is: 'fail', says: describeError(error) };
  const says = await whyNoHomeserver(config.matrix.homeserver, error);
  return { is: error.kind === 'limited' ? 'warn' : 'fail', says, facts: { code: error.code, status: error.status } };
}

const calledOff: Finding = { is: 'skipped', says: 'you did not wait for it' };

function tooLate(ms: number): Finding {
  return { is: 'fail', says: `it was not over within ${ms / 1000} s: what it asks is too slow, or does not answer` };
}
