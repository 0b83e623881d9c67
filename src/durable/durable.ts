/**
 * Machine → actor that decides, writes, acts. Its XState snapshot is the last *committed* record: nobody ever sees a
 * state that a crash would take back, but for light steps, which a restart takes anew. One write is in flight; what
 * comes meanwhile is the next batch.
 */
import type { ActorLogic, Snapshot } from 'xstate';
import type { Reach } from './boundaries.ts';
import type { Envelope } from './record.ts';
import { step, type Definition, type Effect, type Input } from './step.ts';

export interface DurableWorld {
  /** Puts the record on disk; rejects when it is not there. A record that is `done` is taken away instead. */
  write(key: string, record: Envelope): Promise<void>;
  /** Begins an effect; called only after the record that decided it is on disk. Must not throw. */
  perform(key: string, effect: Effect, record: Envelope): void;
  /** The record changed and is on disk; called before its effects are performed. */
  committed(key: string, change: Change): void;
  reach: Reach;
}

/** One commit: what came, what it made of the record, what is to be done. */
export interface Change {
  before: Envelope;
  record: Envelope;
  inputs: readonly Input[];
  effects: readonly Effect[];
}

interface DurableInput {
  key: string;
  record: Envelope;
}

type DurableEvent =
  /** `settled` is called when all inputs are on disk. */
  | { type: 'admit'; inputs: readonly Input[]; settled: (() => void) | null }
  | { type: 'written'; change: Change }
  | { type: 'not written'; error: unknown }
  | { type: 'crash'; error: unknown }
  | { type: 'evict' };

type DurableSnapshot = Snapshot<undefined> & {
  key: string;
  record: Envelope;
  /** What came while a write was in flight. */
  waiting: readonly Input[];
  /** Whom to tell when `waiting` is on disk. */
  waitingFor: readonly (() => void)[];
  /** Whom to tell when the write in flight is on disk; null when there is none. */
  writing: readonly (() => void)[] | null;
};

export type DurableLogic = ActorLogic<DurableSnapshot, DurableEvent, DurableInput>;

export function durable(definition: Definition, world: DurableWorld): DurableLogic {
  type Scope = Parameters<DurableLogic['transition']>[2];

  function decide(snapshot: DurableSnapshot, { self, defer }: Pick<Scope, 'self' | 'defer'>): DurableSnapshot {
    if (snapshot.writing !== null || snapshot.waiting.length === 0) return snapshot;
    const before = snapshot.record;
    const inputs = snapshot.waiting;
    const { record, effects, light } = step(definition, before, inputs);
    const settled = snapshot.waitingFor;
    if (record === before) {
      defer(() => settled.forEach((tell) => tell()));
      return { ...snapshot, waiting: [], waitingFor: [] };
    }
    if (light) {
      const waiting = { ...snapshot, waiting: [], waitingFor: [], writing: settled };
      return commit(waiting, { before, record, inputs, effects }, { self, defer });
    }
    defer(() => {
      world.reach('record decided');
      world.write(snapshot.key, record).then(
        () => self.send({ type: 'written', change: { before, record, inputs, effects } }),
        (error: unknown) => self.send({ type: 'not written', error }),
      );
    });
    return { ...snapshot, waiting: [], waitingFor: [], writing: settled };
  }

  function commit(snapshot: DurableSnapshot, change: Change, scope: Pick<Scope, 'self' | 'defer'>): DurableSnapshot {
    const { record, effects } = change;
    const told = snapshot.writing ?? [];
    scope.defer(() => {
      world.reach('record written');
      world.committed(snapshot.key, change);
      told.forEach((tell) => tell());
      for (const effect of effects) world.perform(snapshot.key, effect, record);
    });
    const committed = { ...snapshot, record, writing: null };
    return record.done ? ended(committed) : decide(committed, scope);
  }

  return {
    getInitialSnapshot: (_, { key, record }) => ({
      status: 'active',
      output: undefined,
      error: undefined,
      key,
      record,
      waiting: [],
      waitingFor: [],
      writing: null,
    }),
    transition(snapshot, event, scope) {
      switch (event.type) {
        case 'admit': {
          const waitingFor = event.settled === null ? snapshot.waitingFor : [...snapshot.waitingFor, event.settled];
          return decide({ ...snapshot, waiting: [...snapshot.waiting, ...event.inputs], waitingFor }, scope);
        }
        case 'written':
          return commit(snapshot, event.change, scope);
        case 'not written':
        case 'crash':
          throw event.error;
        case 'evict':
          if (snapshot.writing !== null || snapshot.waiting.length > 0) return snapshot;
          return ended(snapshot);
      }
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  };
}

function ended(snapshot: DurableSnapshot): DurableSnapshot {
  return { ...snapshot, status: 'done', output: undefined, error: undefined } as DurableSnapshot;
}
