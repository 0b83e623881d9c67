import { openStore } from '../../src/store/store.ts';
import { describeStore } from './store.contract.ts';
import { temporaryFolder } from './support.ts';

for (const fsync of [false, true]) {
  describeStore(`SQLite ${fsync ? 'with' : 'without'} fsync`, async () => {
    const folder = await temporaryFolder();
    return () => openStore(folder, { fsync });
  });
}
