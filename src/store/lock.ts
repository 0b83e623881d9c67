import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, rename, unlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { FolderInUse, StoreFailure } from './errors.ts';
import { askHolder, type Holder } from './lock-probe.ts';

export interface FolderLock {
  /** Lets another process have the folder; calling it twice is harmless. */
  release(): Promise<void>;
}

const POLL_MS = 20;
const UNCLEAR_MS = 1000;

/** `sun_path` has 108 bytes on Linux, 104 elsewhere. */
const SOCKET_PATH_BYTES = 100;
const SOCKET_NAME_BYTES = 'lock-0123456789abcdef.sock'.length + 1;

/**
 * Keeps every other process of this machine out of the folder until `release` or the end of this process, however it comes.
 * Throws `FolderInUse`, or `StoreFailure` where the folder cannot be used.
 *
 * Each process listens on a socket of its own, `lock-<nonce>.sock`, which gets that name only when it answers, and then
 * looks for others: one that does not answer is dead for good and removed; one that holds the folder wins; of those that
 * want it at the same moment the lowest nonce wins. Both listen before they look, so at least one of any two sees the other.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const nonce = randomBytes(8).toString('hex');
  const me: Holder = { nonce, pid: process.pid, holds: false };
  const directory = await reach(folder);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(me), () => socket.destroy());
  });
  server.unref();
  const socket = path.join(directory.path, `lock-${nonce}.sock`);
  const release = once(async () => {
    await unlink(socket).catch(() => undefined);
    await close(server);
    directory.leave();
  });
  try {
    const draft = path.join(directory.path, `new-${nonce}.sock`);
    await listen(server, draft);
    await rename(draft, socket).catch((error: NodeJS.ErrnoException) => {
      // Whoever has just taken the folder removes the drafts of others.
      throw error.code === 'ENOENT' ? new FolderInUse(folder, null) : error;
    });
    await waitForTheFolder(folder, directory.path, me);
  } catch (error) {
    await release();
    throw error instanceof FolderInUse ? error : new StoreFailure('lock the folder', folder, error);
  }
  me.holds = true;
  await removeDrafts(directory.path);
  return { release };
}

/** Returns when nobody else holds or wants the folder with more right; throws `FolderInUse` when somebody does. */
async function waitForTheFolder(folder: string, base: string, me: Holder): Promise<void> {
  const others = (await readdir(base)).filter(
    (name) => /^lock-\w+\.sock$/.test(name) && name !== `lock-${me.nonce}.sock`,
  );
  for (const name of others) {
    const patience = performance.now() + UNCLEAR_MS;
    for (;;) {
      const other = await askHolder(path.join(base, name));
      if (other === 'dead') break;
      if (other === 'unclear') {
        if (performance.now() > patience) throw new FolderInUse(folder, null);
      } else if (other.holds || other.nonce < me.nonce) {
        throw new FolderInUse(folder, other.pid);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await unlink(path.join(base, name)).catch(() => undefined);
  }
}

/** What processes left that were killed between listening and renaming; whoever is still there loses its turn by it. */
async function removeDrafts(base: string): Promise<void> {
  const drafts = (await readdir(base)).filter((name) => /^new-\w+\.sock$/.test(name));
  await Promise.all(drafts.map((name) => unlink(path.join(base, name)).catch(() => undefined)));
}

/** Makes the folder, and gives a path to it that is short enough for a socket. */
async function reach(folder: string): Promise<{ path: string; leave(): void }> {
  const full = path.resolve(folder);
  try {
    await mkdir(full, { recursive: true, mode: 0o700 });
    if (process.platform !== 'linux' || Buffer.byteLength(full) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES) {
      return { path: full, leave: () => undefined };
    }
    const fd = openSync(full, 'r');
    return { path: `/proc/self/fd/${fd}`, leave: () => closeSync(fd) };
  } catch (error) {
    throw new StoreFailure('open the folder', folder, error);
  }
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= action());
}
