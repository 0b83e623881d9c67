/** Take it for children of any definition (the toy, unless told): the children of a real root actor, on a clock that the test moves; their effects are noted and break when told to. */
import type { InspectionEvent } from 'xstate';
import type { RestartPolicy } from '../../machines/restart-policy.ts';
import { createChildren, type Children } from '../../src/durable/children.ts';
import type { Definition, Effect, Input } from '../../src/durable/definition.ts';
import type { OfDamaged } from '../../src/durable/nursery.ts';
import { readEnvelope, type Envelope } from '../../src/durable/record.ts';
import type { Records } from '../../src/durable/world.ts';
import { createFakeAlarm, type FakeAlarm } from '../support/fake-alarm.ts';
import { logBook, type LogLine } from '../support/log-book.ts';
import { startRoot, type Root } from '../support/root.ts';
import { toy, toyRecord } from './toy.ts';

export interface House {
  children: Omit<Children, 'deliver' | 'wake'> & {
    deliver(key: string, inputs: readonly Input[]): Promise<void>;
    wake(key: string, record: Envelope): void;
    counts: Root['counts'];
  };
  alarm: FakeAlarm;
  /** Effects that were begun, as `actor type id`; and `actor troubled` with the ids of what it holds, `actor released`. */
  happened: string[];
  performed: { actor: string; effect: Effect; record: Envelope }[];
  /** Each of these actors throws at its next effects, this many times. */
  breaks: Map<string, number>;
  /** Actors whose first record was made, with their first input. */
  made: [string, Input][];
  /** What was told about the store. */
  store: (string | null)[];
  root: Root;
  lines: LogLine[];
}

interface Rest {
  mayLeaveMemory(record: Envelope): boolean;
  hearsResumed(record: Envelope): boolean;
  holdsAStop(record: Envelope): boolean;
}

export interface HouseOptions {
  records: Records;
  deadLetters: Records;
  alarm?: FakeAlarm;
  policy?: Partial<RestartPolicy>;
  evictAfterMs?: number;
  /** A `Definition` of any kind. */
  definition?: object;
  newRecord?: (actor: string) => Envelope;
  readRecord?: (stored: unknown) => Envelope;
  damaged?: OfDamaged<string, unknown>;
  brief?: (record: Envelope, inputs: readonly Input[]) => readonly Input[] | Promise<readonly Input[]>;
  rest?: Rest;
  insteadOf?: (input: Input) => Input | null;
  changes?: (record: Envelope) => Input[];
  inspect?: (event: InspectionEvent) => void;
}

const policy: RestartPolicy = {
  ...{ baseMs: 200, capMs: 30_000, budget: 3, withinMs: 600_000 },
  ...{ sharedCapMs: 1_000, parkedMs: 3_600_000 },
};

/** A failure of what all actors share. */
export class Outage extends Error {}

const isBusy = ({ timers, outbox }: Envelope) => timers.length > 0 || outbox.length > 0;
/** Of the toy. */
const atRest: Rest = { mayLeaveMemory: (record) => !isBusy(record), hearsResumed: isBusy, holdsAStop: isBusy };

export function build(options: HouseOptions): House {
  const alarm = options.alarm ?? createFakeAlarm();
  const happened: string[] = [];
  const performed: House['performed'] = [];
  const breaks: House['breaks'] = new Map();
  const made: House['made'] = [];
  const store: House['store'] = [];
  const log = logBook();
  const root = startRoot(() => children, {
    policy: { ...policy, ...options.policy },
    ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
  });
  const rest = options.rest ?? atRest;
  const children = createChildren<string, unknown, never, unknown>({
    supervision: root,
    definition: (options.definition ?? toy) as unknown as Definition<unknown, never>,
    records: options.records,
    deadLetters: options.deadLetters,
    readRecord: options.readRecord ?? ((stored) => readEnvelope(stored, 'toy')),
    ...(options.damaged === undefined ? {} : { damaged: options.damaged }),
    mayLeaveMemory: (record) => rest.mayLeaveMemory(record),
    holdsAStop: (record) => rest.holdsAStop(record),
    news: (record) =>
      rest.hearsResumed(record) ? [{ kind: 'event', id: null, at: alarm.now(), event: { type: 'resumed' } }] : [],
    async newRecord(actor, first) {
      made.push([actor, first]);
      return options.newRecord?.(actor) ?? toyRecord();
    },
    ...(options.insteadOf === undefined ? {} : { insteadOf: options.insteadOf }),
    ...(options.changes === undefined ? {} : { changes: options.changes }),
    brief: options.brief ?? ((_, inputs) => inputs),
    createEffects: () => ({
      perform(actor, effect, record) {
        const left = breaks.get(actor) ?? 0;
        if (left > 0) {
          breaks.set(actor, left - 1);
          throw new Error(`an effect of ${actor} is broken`);
        }
        performed.push({ actor, effect, record });
        happened.push(`${actor} ${effect.type} ${effect.id}`);
      },
      sayTroubled: (actor, inputs) => void happened.push([actor, 'troubled', ...inputs.map(nameOf)].join(' ')),
      release: (actor) => void happened.push(`${actor} released`),
    }),
    isShared: (error) => error instanceof Outage,
    lettersRetryMs: policy.capMs,
    evictAfterMs: options.evictAfterMs ?? 60_000,
    alarm,
    now: alarm.now,
    log,
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
    lines: log.lines,
  };
}

function nameOf(input: Input): string {
  return input.kind === 'event' ? String(input.id) : input.kind;
}
