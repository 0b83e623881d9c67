/** Services of one account before its account data, on clocks that the test moves. */
import { afterEach, expect, test } from 'vitest';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { acquireLease, type LeaseOptions, type Right } from '../../src/matrix/lease.ts';
import { silentLog } from '../support/log-book.ts';
import { settled, until } from '../support/until.ts';
import { Clock, me } from './support.ts';

/** A multiple of what the test waits in steps of. */
const EVERY = 1_000;

interface Data {
  content: Record<string, unknown> | null;
  /** What comes instead of an answer. */
  failure: MatrixFailure | null;
  calls: string[];
}

const away = new MatrixFailure({ kind: 'unavailable', status: null, code: 'ECONNREFUSED', detail: 'away' });
const missing = new MatrixFailure({ kind: 'refused', status: 404, code: 'M_NOT_FOUND', detail: 'nothing' });

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** The account's data as the homeserver keeps it. */
function account(content: Data['content'] = null): Data {
  return { content, failure: null, calls: [] };
}

function service(data: Data, holder: string, clock = new Clock(), more: Partial<LeaseOptions> = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const lost: string[] = [];
  const acquired = acquireLease({
    api: {
      async call(schema, method, _, options) {
        await settled();
        data.calls.push(method);
        if (data.failure !== null) throw data.failure;
        if (method === 'PUT') data.content = structuredClone(options?.body ?? {}) as Data['content'];
        if (data.content === null) throw missing;
        return schema.parse(data.content);
      },
    },
    ...{ me, holder, takeOver: false, signal: stop.signal, chance: () => 0, log: silentLog },
    ...{ everyMs: EVERY, wait: clock.wait, monotonic: clock.now },
    onLost: ({ message }) => void lost.push(message),
    ...more,
  });
  const state: { right: Right | null; error: unknown } = { right: null, error: null };
  acquired.then(
    (right) => (state.right = right),
    (error: unknown) => (state.error = error),
  );
  return { clock, lost, state, stop };
}

/** Lets the services go on for so long, in steps in which all of them can act. */
async function pass(ms: number, ...clocks: Clock[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += EVERY / 10) {
    for (const clock of clocks) clock.advance(EVERY / 10);
    for (let turn = 0; turn < 4; turn++) await settled();
  }
}

const isSure = (right: Right | null) =>
  right?.sure().then(
    () => 'sure',
    (error: unknown) => (error as MatrixFailure).code,
  );

test('a free account is had with one look and one word, whatever stands in its place', async () => {
  for (const content of [null, {}, { holder: 5 }]) {
    const data = account(content);
    const { state } = service(data, 'one');
    await until(() => state.right !== null);
    expect(data.calls).toEqual(['GET', 'PUT']);
    expect(await isSure(state.right)).toBe('sure');
  }
});

test('who has it says so now and then, and the same state has it at once after a kill', async () => {
  const data = account();
  const one = service(data, 'one');
  await pass(10 * EVERY, one.clock);
  expect(data.calls.filter((method) => method === 'PUT')).toHaveLength(11);
  const again = service(data, 'one');
  await pass(EVERY / 10, again.clock);
  expect(await isSure(again.state.right)).toBe('sure');
  await pass(EVERY, one.clock);
  expect(one.lost).toEqual([
    `Another service took ${me} over, so this one has ended: only one may speak for an account.`,
  ]);
  expect(await isSure(one.state.right)).toBe('ABORTED');
});

test('another state does not get it while the first one lives, whatever the clocks say', async () => {
  const data = account();
  const one = service(data, 'one');
  await pass(EVERY, one.clock);
  const two = service(data, 'two');
  two.clock.ms -= 1_000_000_000;
  await pass(2 * EVERY, one.clock, two.clock);
  expect(two.state.error).toEqual(expect.objectContaining({ name: 'AccountInUse' }));
  expect([one.lost, await isSure(one.state.right)]).toEqual([[], 'sure']);
});

test('what does not change is nobody’s, but not before the first can no longer be sure', async () => {
  const data = account();
  const one = service(data, 'one');
  await pass(EVERY, one.clock);
  // It sleeps from now on: its time passes, and it does nothing.
  const two = service(data, 'two');
  await pass(2.5 * EVERY, two.clock);
  one.clock.ms += 2.5 * EVERY;
  expect(two.state.right).toBeNull();
  await pass(EVERY, two.clock);
  one.clock.ms += EVERY;
  expect(await isSure(two.state.right)).toBe('sure');
  // The first thing that the sleeper wants to say shows that it may not.
  expect(await isSure(one.state.right)).toBe('ABORTED');
  expect(one.lost).toHaveLength(1);
});

test('who could not say that it lives is not sure, and is again as soon as it can', async () => {
  const data = account();
  const one = service(data, 'one');
  await pass(EVERY / 10, one.clock);
  data.failure = away;
  await pass(1.5 * EVERY, one.clock);
  expect(await isSure(one.state.right)).toBe('sure');
  await pass(EVERY, one.clock);
  expect(await isSure(one.state.right)).toBe('ECONNREFUSED');
  data.failure = null;
  expect(await isSure(one.state.right)).toBe('sure');
  expect(one.lost).toEqual([]);
});

test('whoever takes it over waits until the first has ended and given it back', async () => {
  const data = account();
  const one = service(data, 'one');
  await pass(EVERY, one.clock);
  const two = service(data, 'two', new Clock(), { takeOver: true });
  await pass(EVERY, two.clock);
  expect([one.lost, two.state.right]).toEqual([[], null]);
  await pass(EVERY, one.clock);
  expect(one.lost).toHaveLength(1);
  expect(await isSure(one.state.right)).toBe('ABORTED');
  await pass(EVERY, two.clock);
  expect(two.state.right).toBeNull();
  await one.state.right?.close();
  await pass(EVERY, two.clock);
  expect(await isSure(two.state.right)).toBe('sure');
});

test('who ends gives back what is its own, and nothing else', async () => {
  const data = account();
  const one = service(data, 'one');
  await pass(EVERY / 10, one.clock);
  await one.state.right?.close();
  expect(data.content).toEqual({});
  const two = service(data, 'two');
  await pass(EVERY / 10, two.clock);
  const { content } = data;
  await one.state.right?.close();
  expect(data.content).toEqual(content);
});

test('a homeserver that is away is waited for, and a stop ends the waiting', async () => {
  const data = account();
  data.failure = away;
  const one = service(data, 'one');
  await pass(5 * EVERY, one.clock);
  expect([one.state.right, one.state.error]).toEqual([null, null]);
  one.stop.abort();
  await pass(EVERY, one.clock);
  expect(one.state.error).toEqual(expect.objectContaining({ name: 'Closed' }));
});
