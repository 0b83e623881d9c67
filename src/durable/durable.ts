/**
 * Machine → actor that decides, writes, acts. Its XState snapshot is the last *committed* record: nobody ever sees a
 * state that a crash would take back, but for light steps, which a restart takes anew. One write is in flight; what
 * comes meanwhile is the next batch.
 */
import type { ActorLogic, AnyEventObject } from 'xstate';
import type { Reach } from './boundaries.ts';
import type { Definition, Effect, Heard, Input, Tell } from './definition.ts';
import type { Envelope } from './record.ts';
import { snapshotOf, type DurableSnapshot } from './snapshot.ts';
import { step } from './step.ts';

export interface DurableWorld<Key extends string, Context> {
  /** Puts the record on disk; rejects when it is not there. A record that is `done` is taken away instead. */
  write(key: Key, record: Envelope<Context>): Promise<void>;
  /** Begins an effect; called only after the record that decided it is on disk. Must not throw. */
  perform(key: Key, effect: Effect, record: Envelope<Context>): void;
  /** The record changed and is on disk; called before its effects are performed. */
  committed(key: Key, change: Change<Context>): void;
  reach: Reach;
}

/** One commit: what came, what the chart heard of it, what it made of the record, what is to be done. */
export interface Change<Context = unknown> {
  before: Envelope<Context>;
  record: Envelope<Context>;
  inputs: readonly Input[];
  heard: readonly Heard[];
  effects: readonly Effect[];
  /** What came behind the end of the actor. */
  untaken: readonly Input[];
}

export interface DurableInput<Key extends string = string, Context = unknown> {
  key: Key;
  record: Envelope<Context>;
}

export type DurableEvent<Context = unknown> =
  /** `onDisk` is called when the inputs are on disk, but for those that came behind the actor's end. */
  | { type: 'admit'; inputs: readonly Input[]; onDisk: Tell | null }
  | { type: 'written'; change: Change<Context> }
  | { type: 'not written'; error: unknown }
  | { type: 'crash'; error: unknown }
  | { type: 'evict' };

export type DurableLogic<Key extends string = string, Context = unknown> = ActorLogic<
  DurableSnapshot<Key, Context>,
  DurableEvent<Context>,
  DurableInput<Key, Context>
> & {
  /** The chart, for those who draw it. */
  config: object;
};

/** The logic of all actors of one kind. */
export function durable<Key extends string, Context, Event extends AnyEventObject, Facts>(
  definition: Definition<Context, Event, Facts>,
  world: DurableWorld<Key, Context>,
): DurableLogic<Key, Context> {
  type Snapshot = DurableSnapshot<Key, Context>;
  type Scope = Parameters<DurableLogic<Key, Context>['transition']>[2];
  const newSnapshot = snapshotOf<Key, Context, Event, Facts>(definition);

  function decide(snapshot: Snapshot, scope: Scope): Snapshot {
    if (snapshot.writing !== null || snapshot.waiting.length === 0) return snapshot;
    const { key, record: before, waiting: inputs, waitingFor: told } = snapshot;
    const { record, effects, heard, untaken, light } = step(definition, before, inputs);
    const taken = snapshot.with({ waiting: [], waitingFor: [] });
    if (record === before) {
      scope.defer(() => told.forEach((tell) => tell(untaken)));
      return taken;
    }
    const change = { before, record, inputs, heard, effects, untaken };
    if (light) return commit(taken.with({ writing: told }), change, scope);
    scope.defer(() => {
      world.reach('record decided');
      world.write(key, record).then(
        () => scope.self.send({ type: 'written', change }),
        (error: unknown) => scope.self.send({ type: 'not written', error }),
      );
    });
    return taken.with({ writing: told });
  }

  function commit(snapshot: Snapshot, change: Change<Context>, scope: Scope): Snapshot {
    const { record, effects, heard, untaken } = change;
    const { key, writing } = snapshot;
    scope.defer(() => {
      world.reach('record written');
      world.committed(key, change);
      writing?.forEach((tell) => tell(untaken));
      for (const effect of effects) world.perform(key, effect, record);
    });
    const committed = snapshot.with({ record, writing: null, heard: [...(snapshot.heard ?? []), ...heard] });
    return record.done ? committed.with({ status: 'done' }) : decide(committed, scope);
  }

  return {
    config: definition.machine.config,
    getInitialSnapshot: (_, { key, record }) => newSnapshot(key, record),
    transition(current, event, scope) {
      const snapshot = current.heard === null ? current : current.with({ heard: null });
      switch (event.type) {
        case 'admit': {
          // These grow in place, or a flood behind a slow write would be copied with each of its inputs.
          for (const input of event.inputs) snapshot.waiting.push(input);
          if (event.onDisk !== null) snapshot.waitingFor.push(event.onDisk);
          return decide(snapshot.with({}), scope);
        }
        case 'written':
          return commit(snapshot, event.change, scope);
        case 'not written':
        case 'crash':
          throw event.error;
        case 'evict':
          if (snapshot.writing !== null || snapshot.waiting.length > 0) return snapshot;
          return snapshot.with({ status: 'done' });
      }
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  };
}
