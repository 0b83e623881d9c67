/** Stored answers that nobody will ask for any more: their turn was discarded, or the process was killed before it was noted. */
import type { Log, Store } from '../ports.ts';
import type { Remembered } from './remembered.ts';

/** Removes what no record names. The answers of a room whose record is damaged stay: its copy may name them. */
export async function sweepAnswers(
  { answers }: Pick<Store, 'answers'>,
  { rooms, damaged }: Remembered,
  log: Log,
): Promise<void> {
  const stored = await answers.names();
  const unnamed = stored.filter(({ room, name }) => {
    const record = rooms.get(room);
    return !damaged.rooms.has(room) && (record === undefined || !namesIn(record).has(name));
  });
  await Promise.all(unnamed.map(({ room, name }) => answers.remove(room, name)));
  if (unnamed.length > 0) log.info({ answers: unnamed.length }, 'stored answers that no record names are removed');
}

/** Wherever in the record an answer stands. */
function namesIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = 'stored' in value && typeof value.stored === 'string' ? [value.stored] : [];
  return new Set([...own, ...Object.values(value).flatMap((part) => [...namesIn(part)])]);
}
