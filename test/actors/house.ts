/** The children of a real root actor, on a clock that the test moves; their effects are noted and break when told to. */
import type { RestartPolicy } from '../../machines/restart-policy.ts';
import { createChildren, type Children } from '../../src/durable/children.ts';
import type { Definition, Effect, Input } from '../../src/durable/definition.ts';
import { readEnvelope, type Envelope } from '../../src/durable/record.ts';
import type { Records } from '../../src/durable/world.ts';
import { createFakeAlarm, type FakeAlarm } from '../support/fake-alarm.ts';
import { startRoot, type Root } from '../support/root.ts';
import { silentLog } from './support.ts';
import { toy, toyRecord } from '../durable/toy.ts';

export interface House {
  children: Omit<Children, 'deliver' | 'wake'> & {
    deliver(key: string, inputs: readonly Input[]): Promise<void>;
    wake(key: string, record: Envelope): void;
    counts: Root['counts'];
  };
  alarm: FakeAlarm;
  /** Effects that were begun, as `room type id`; and `room troubled` with the ids of what it holds, `room released`. */
  happened: string[];
  performed: { room: string; effect: Effect; record: Envelope }[];
  /** Each of these rooms throws at its next effects, this many times. */
  breaks: Map<string, number>;
  /** Rooms whose first record was made, with their first input. */
  made: [string, Input][];
  /** What was told about the store. */
  store: (string | null)[];
  root: Root;
}

export interface HouseOptions {
  records: Records;
  deadLetters: Records;
  alarm?: FakeAlarm;
  policy?: Partial<RestartPolicy>;
  evictAfterMs?: number;
  /** A `Definition` of any kind. */
  definition?: object;
  newRecord?: (room: string) => Envelope;
  readRecord?: (stored: unknown) => Envelope;
  brief?: (record: Envelope, inputs: readonly Input[]) => readonly Input[];
  isAtRest?: (record: Envelope) => boolean;
}

const policy: RestartPolicy = {
  ...{ baseMs: 200, capMs: 30_000, budget: 3, withinMs: 600_000 },
  ...{ sharedCapMs: 1_000, parkedMs: 3_600_000 },
};

/** A failure of what all actors share. */
export class Outage extends Error {}

export function build(options: HouseOptions): House {
  const alarm = options.alarm ?? createFakeAlarm();
  const happened: string[] = [];
  const performed: House['performed'] = [];
  const breaks: House['breaks'] = new Map();
  const made: House['made'] = [];
  const store: House['store'] = [];
  const root = startRoot(() => children, { policy: { ...policy, ...options.policy } });
  const isAtRest = options.isAtRest ?? (({ timers, outbox }: Envelope) => timers.length === 0 && outbox.length === 0);
  const children = createChildren<string, unknown, never, unknown>({
    supervision: root,
    definition: (options.definition ?? toy) as unknown as Definition<unknown, never>,
    records: options.records,
    deadLetters: options.deadLetters,
    readRecord: options.readRecord ?? ((stored) => readEnvelope(stored, 'toy')),
    mayLeaveMemory: isAtRest,
    holdsAStop: (record) => !isAtRest(record),
    news: (record) =>
      isAtRest(record) ? [] : [{ kind: 'event', id: null, at: alarm.now(), event: { type: 'resumed' } }],
    async newRecord(room, first) {
      made.push([room, first]);
      return options.newRecord?.(room) ?? toyRecord();
    },
    brief: options.brief ?? ((_, inputs) => inputs),
    createEffects: () => ({
      perform(room, effect, record) {
        const left = breaks.get(room) ?? 0;
        if (left > 0) {
          breaks.set(room, left - 1);
          throw new Error(`an effect of ${room} is broken`);
        }
        performed.push({ room, effect, record });
        happened.push(`${room} ${effect.type} ${effect.id}`);
      },
      sayTroubled: (room, inputs) => void happened.push([room, 'troubled', ...inputs.map(nameOf)].join(' ')),
      release: (room) => void happened.push(`${room} released`),
    }),
    isShared: (error) => error instanceof Outage,
    lettersRetryMs: policy.capMs,
    evictAfterMs: options.evictAfterMs ?? 60_000,
    alarm,
    now: alarm.now,
    log: silentLog,
    reach: () => undefined,
    onStore: (problem) => void store.push(problem),
    observe: undefined,
  });
  return {
    children: {
      ...children,
      deliver: (key, inputs) => children.deliver(key, inputs, 'told'),
      wake: (key, record) => children.wake(new Map([[key, record]])),
      counts: root.counts,
    },
    alarm,
    happened,
    performed,
    breaks,
    made,
    store,
    root,
  };
}

function nameOf(input: Input): string {
  return input.kind === 'event' ? String(input.id) : input.kind;
}
