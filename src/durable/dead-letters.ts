/** What an actor cannot take now is kept beside the records, so that the sync position need not wait for this actor. */
import type { Input } from './definition.ts';
import type { Alarm } from './timers.ts';
import type { Log, Now, Records } from './world.ts';

/** An input that is not in its actor's record yet. */
export interface Held {
  input: Input;
  /** Whom to tell when it is on disk; null when nobody waits, or was told. */
  onDisk: (() => void) | null;
  /** A dead letter is enough: the input is on disk, if not in the record. */
  byLetter: boolean;
  /** It is heard in the place of inputs that were not kept. */
  standsForOthers?: true;
}

/** The dead letters of one actor. */
export interface DeadLetterBox {
  /** Keeps all that is held, and tells those to whom a dead letter is enough. Tries again until the disk takes it. */
  keep(): void;
  /** Whoever had these inputs before left letters of them here. */
  found(inputs: readonly Input[]): void;
  /** These are in the record; takes the letters away once that is true of each. */
  taken(inputs: readonly Input[]): void;
  /** Takes the letters away, if there are any. */
  forget(): void;
  /** The inputs whose letters are still needed. */
  needed(): readonly Input[];
}

/** Whose letters they are. */
export interface Addressee {
  key: string;
  held(): readonly Held[];
  /** Takes its inputs itself again: more letters are not needed. */
  isRunning(): boolean;
}

export interface DeadLetterWorld {
  letters: Records;
  /** How long to wait after the disk refused, ms. */
  retryMs: number;
  alarm: Alarm;
  now: Now;
  log: Log;
  /** The letters could not be written. */
  onFailed(error: unknown): void;
  /** Hears of each change on disk while it is under way; it never rejects. */
  track(change: Promise<void>): void;
}

export function createDeadLetterBox({ key, held, isRunning }: Addressee, world: DeadLetterWorld): DeadLetterBox {
  const { letters, alarm, now, log } = world;
  let exists = false;
  /** The letters of what is not in the record. */
  const needed = new Set<Input>();
  /** One change on disk at a time: a removal must not take what was written after it was wanted. */
  let changing = false;
  let wanted: 'keep' | 'forget' | null = null;

  function change(): void {
    if (changing || wanted === null) return;
    const next = wanted;
    wanted = null;
    const done = next === 'keep' ? write() : remove();
    if (done === null) return;
    changing = true;
    world.track(
      done.then(() => {
        changing = false;
        if (wanted === 'keep' && isRunning()) wanted = null;
        change();
      }),
    );
  }

  function write(): Promise<void> | null {
    const kept = [...held()];
    if (kept.length === 0) return null;
    exists = true;
    const inputs = kept.map(({ input }) => input);
    for (const input of inputs) needed.add(input);
    return letters.write(key, inputs).then(
      () => kept.forEach(tell),
      (error: unknown) => {
        world.onFailed(error);
        alarm.set(now() + world.retryMs, keep);
      },
    );
  }

  function remove(): Promise<void> {
    exists = false;
    return letters.remove(key).catch((error: unknown) => {
      log.warn({ actor: key, error }, 'dead letters could not be removed, trying again');
      exists = true;
      alarm.set(now() + world.retryMs, () => taken([]));
    });
  }

  function taken(inputs: readonly Input[]): void {
    for (const input of inputs) needed.delete(input);
    if (needed.size === 0) forget();
  }

  function forget(): void {
    needed.clear();
    if (!exists) return;
    wanted = 'forget';
    change();
  }

  function keep(): void {
    wanted = 'keep';
    change();
  }

  return {
    keep,
    taken,
    forget,
    needed: () => [...needed],
    found(inputs) {
      exists = true;
      for (const input of inputs) needed.add(input);
    },
  };
}

function tell(one: Held): void {
  if (!one.byLetter) return;
  one.onDisk?.();
  one.onDisk = null;
}
