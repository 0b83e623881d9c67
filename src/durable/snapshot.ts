/** What a durable actor shows of itself: its chart as of the last commit, and beside it what is on its way. */
import { matchesState, type AnyEventObject, type AnyMachineSnapshot, type Snapshot, type StateValue } from 'xstate';
import type { Definition, Heard, Input, Tell } from './definition.ts';
import type { Envelope } from './record.ts';
import { chartOf } from './step.ts';

interface Contents<Key extends string, Context> {
  status: 'active' | 'done';
  record: Envelope<Context>;
  /** What came while a write was in flight; grows in place, also in earlier snapshots. */
  waiting: Input[];
  /** Whom to tell when `waiting` is on disk; the same. */
  waitingFor: Tell[];
  /** Whom to tell when the write in flight is on disk; null when there is none. */
  writing: readonly Tell[] | null;
  /** What the chart heard in the commits of the last transition; null where nothing was committed. */
  heard: readonly Heard[] | null;
  key: Key;
}

/** Reads like the snapshot of a state machine: of the committed record. */
export type DurableSnapshot<Key extends string = string, Context = unknown> = Snapshot<{ key: Key } | undefined> &
  Contents<Key, Context> & {
    value: Envelope['value'];
    context: Context;
    /** Found out when somebody asks: most snapshots are never looked at. */
    readonly tags: ReadonlySet<string>;
    hasTag(tag: string): boolean;
    matches(value: StateValue): boolean;
    can(event: AnyEventObject): boolean;
    /** The same with some things changed. */
    with(changes: Partial<Omit<Contents<Key, Context>, 'key'>>): DurableSnapshot<Key, Context>;
  };

/** Makes the first snapshots of the actors of one kind. */
export function snapshotOf<Key extends string, Context, Event extends AnyEventObject, Facts>(
  definition: Definition<Context, Event, Facts>,
): (key: Key, record: Envelope<Context>) => DurableSnapshot<Key, Context> {
  class Committed {
    /** Of an actor that has ended: which one it was. */
    output: { key: Key } | undefined;
    error = undefined;
    status: 'active' | 'done';
    value: Envelope['value'];
    context: Context;
    key: Key;
    record: Envelope<Context>;
    waiting: Input[];
    waitingFor: Tell[];
    writing: readonly Tell[] | null;
    heard: readonly Heard[] | null;

    constructor(contents: Contents<Key, Context>) {
      this.status = contents.status;
      this.output = contents.status === 'done' ? { key: contents.key } : undefined;
      this.value = contents.record.value;
      this.context = contents.record.context;
      this.key = contents.key;
      this.record = contents.record;
      this.waiting = contents.waiting;
      this.waitingFor = contents.waitingFor;
      this.writing = contents.writing;
      this.heard = contents.heard;
    }

    get tags(): ReadonlySet<string> {
      return this.chart().tags as Set<string>;
    }

    hasTag(tag: string): boolean {
      return this.tags.has(tag);
    }

    matches(value: StateValue): boolean {
      return matchesState(value, this.value as StateValue);
    }

    can(event: AnyEventObject): boolean {
      return this.chart().can(event);
    }

    with(changes: Partial<Omit<Contents<Key, Context>, 'key'>>): Committed {
      return new Committed({ ...this, ...changes });
    }

    /** What an inspector or a log sees: the chart and what waits to be taken, as JSON. */
    toJSON() {
      const { status, value, context, key, waiting, writing, record } = this;
      const { timers, outbox, parked, sequence } = record;
      return {
        ...{ status, value, context, tags: [...this.tags], key },
        ...{ waiting: waiting.length, writing: writing !== null, timers, outbox, parked, sequence },
      };
    }

    private chart(): AnyMachineSnapshot {
      return chartOf(definition, this.record);
    }
  }

  return (key, record) =>
    new Committed({
      ...{ status: record.done ? 'done' : 'active', record, key },
      ...{ waiting: [], waitingFor: [], writing: null, heard: null },
    }) as DurableSnapshot<Key, Context>;
}
