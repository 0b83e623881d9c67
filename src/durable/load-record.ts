/** The record that an actor begins from: as it is stored, or begun anew where it is missing or damaged. */
import type { AnyEventObject } from 'xstate';
import type { Input } from './definition.ts';
import type { Nursery } from './nursery.ts';
import { NewerRecord, UnreadableRecord, type Envelope } from './record.ts';

interface Asked {
  /** The first event that waits for it by now; undefined for none. */
  first(): Input | undefined;
  /** Puts an input before all that waits. */
  hearFirst(input: Input): void;
}

/** The record of an actor that was never there is made for the first event that it hears. */
export async function loadRecord<Key extends string, Context, Event extends AnyEventObject, Facts>(
  { world, written }: Nursery<Key, Context, Event, Facts>,
  key: Key,
  { first, hearFirst }: Asked,
): Promise<Envelope<Context>> {
  const { damaged, log } = world;
  await written(key);
  const stored = await world.records.read(key);
  if (stored === null) {
    const resumed: Input = { kind: 'event', id: null, at: world.now(), event: { type: 'resumed' } };
    const made = await world.newRecord(key, first() ?? resumed);
    if (damaged?.isLost(made)) {
      log.error({ actor: key }, 'record is missing, and begun anew');
      hearFirst(damaged.news());
    }
    return made;
  }
  try {
    return world.readRecord(stored);
  } catch (error) {
    if (damaged === undefined || !(error instanceof UnreadableRecord) || error instanceof NewerRecord) throw error;
    const copy = await damaged.keepCopy(key, error.message);
    log.error({ actor: key, copy, error }, 'damaged record is begun anew, a copy is kept');
    // It replaces the damaged one at its first write, and has heard of the loss by then.
    const news = damaged.news();
    hearFirst(news);
    return world.newRecord(key, news);
  }
}
