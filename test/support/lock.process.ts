/** Forked by tests of the lock, never imported: holds the folder of its argument until it is killed or told to let go. */
import { once } from 'node:events';
import { lockFolder } from '../../src/store/lock.ts';

const [folder = ''] = process.argv.slice(2);
process.send?.('ready');
await once(process, 'message');
try {
  const lock = lockFolder(folder);
  process.send?.('locked');
  await once(process, 'message');
  lock.release();
  process.send?.('released');
} catch (error) {
  process.send?.(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
process.disconnect();
