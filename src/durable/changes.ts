/** What changed around an actor that is in memory: it hears that by what its record says. */
import type { Actor } from 'xstate';
import type { Input } from './definition.ts';
import type { DurableLogic } from './durable.ts';
import type { Envelope } from './record.ts';

/**
 * False where something is on its way to the disk, or waits for that: what the record says is over then. An actor that
 * is being loaded hears what changed as its first news.
 */
export function tellOfChanges<Key extends string, Context>(
  actor: Actor<DurableLogic<Key, Context>>,
  { changes }: { changes?(record: Envelope<Context>): Input[] },
): boolean {
  const { record, writing, waiting } = actor.getSnapshot();
  if (writing !== null || waiting.length > 0) return false;
  const inputs = changes?.(record) ?? [];
  if (inputs.length > 0) actor.send({ type: 'admit', inputs, onDisk: null });
  return true;
}

interface Hearing {
  /** False: it is at something, and judges what changed around it only behind that. */
  hearOfChanges(): boolean;
}

/** Tells actors what changed around them; those that are at something behind that. */
export function createChanges(actors: ReadonlyMap<string, Hearing>) {
  const late = new Set<string>();

  function tell(keys: Iterable<string>): void {
    for (const key of keys) {
      late.delete(key);
      if (actors.get(key)?.hearOfChanges() === false) late.add(key);
    }
  }

  return {
    tell,
    committed(key: string): void {
      if (late.has(key)) tell([key]);
    },
  };
}
