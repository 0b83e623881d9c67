import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder } from './support.ts';

const script = path.join(import.meta.dirname, '../support/writer.process.ts');

test('a process that is killed while it writes loses nothing that it said lasts, and the next one starts at once', async () => {
  const folder = await temporaryFolder();
  let said = 0;
  for (const wanted of [1, 2, 50, 301]) {
    const child = fork(script, [folder, String(said + 1000)]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const lasting = new Map<string, number>();
    let heard = 0;
    child.on('message', ({ room, n }: { room: string; n: number }) => {
      lasting.set(room, n);
      said = Math.max(said, n);
      if (++heard === wanted) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    expect(heard).toBeGreaterThanOrEqual(wanted);

    const store = await openStore(folder, { fsync: true });
    for (const [room, n] of lasting) {
      const record = (await store.rooms.read(room)) as { n: number };
      expect(record.n).toBeGreaterThanOrEqual(n);
      // What shared a transaction lasts together.
      expect(await store.deadLetters.read(room)).toEqual([{ n: record.n }]);
    }
    expect(store.host.read().lastSyncAt).toBeGreaterThanOrEqual(Math.max(...lasting.values()));
    await store.close();
  }
});
