/** Files between a homeserver in this process and a service in another one. */
import { mkdir } from 'node:fs/promises';
import { startHomeserver } from '../../src/homeserver/index.ts';
import { run } from './alone.ts';
import type { Figure } from './figures.ts';
import type { FileJob } from './files.ts';

const moved = { bytes: 200 * 2 ** 20, runs: 3 };

export async function measureFiles(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const homeserver = await startHomeserver({ serverName: 'bench.test', maxUpload: 2 * moved.bytes });
  try {
    const userId = homeserver.register('bot', 'secret');
    const { token } = homeserver.login(userId);
    return await run<Figure[]>('files', {
      folder,
      homeserver: homeserver.url,
      token,
      userId,
      ...moved,
    } satisfies FileJob);
  } finally {
    await homeserver.close();
  }
}
