/** Writes into the store in the folder named on the command line, and says what lasts, until it is killed. */
import { openStore } from '../../src/store/store.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const store = await openStore(folder, { fsync: true });
let number = Number(first);

/** Two rooms in turn, so that there is always a transaction under way and another one waiting. */
async function write(room: string): Promise<void> {
  const n = number++;
  const record = { n, padding: 'x'.repeat(2000) };
  const lasting = [store.rooms.write(room, record), store.deadLetters.write(room, [{ n }])];
  await Promise.all([...lasting, store.host.update({ lastSyncAt: n })]);
  process.send?.({ room, n });
  await write(room);
}
await Promise.all([write('!a'), write('!b')]);
