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
