/** Taken by `synapse.ts` only: fetches Synapse into `.cache/` once. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { debianPython, installFromDebian } from './debian.ts';
import { withLock } from './lock.ts';
import { installFromPypi, pypiPython } from './pypi.ts';

const VERSION = '1.163.2';
const PATIENCE_MS = 15 * 60_000;

/** A Synapse on this machine: call `command` with `args`, then Python's own arguments. */
export interface InstalledSynapse {
  version: string;
  way: 'PyPI' | 'Debian';
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

interface Marker {
  /** What was wanted; Debian's packages bring what they have. */
  wanted: string;
  version: string;
  way: InstalledSynapse['way'];
}

/**
 * Gives the Synapse in the cache folder (`ROOMKEEPER_CACHE`, else `.cache/synapse`), fetching it first when it is not there:
 * from PyPI, or as Debian packages. Rejects with both reasons when neither way works.
 */
export async function installSynapse(folder = cacheFolder()): Promise<InstalledSynapse> {
  await mkdir(folder, { recursive: true });
  const marker =
    (await readMarker(folder)) ??
    (await withLock(join(folder, 'lock'), PATIENCE_MS, async () => (await readMarker(folder)) ?? install(folder)));
  return { ...marker, ...(marker.way === 'PyPI' ? pypiPython(folder) : debianPython(folder)) };
}

function cacheFolder(): string {
  return resolve(process.env.ROOMKEEPER_CACHE ?? join(import.meta.dirname, '../../../.cache/synapse'));
}

async function install(folder: string): Promise<Marker> {
  const log = join(folder, 'install.log');
  console.log(`Fetching Synapse ${VERSION} (once) into ${folder}`);
  const marker = await fetchSynapse(folder, log);
  await writeFile(join(folder, 'installed.json'), JSON.stringify(marker));
  return marker;
}

async function fetchSynapse(folder: string, log: string): Promise<Marker> {
  try {
    await installFromPypi(folder, VERSION, log);
    return { wanted: VERSION, version: VERSION, way: 'PyPI' };
  } catch (pypi) {
    try {
      return { wanted: VERSION, version: await installFromDebian(folder, log), way: 'Debian' };
    } catch (debian) {
      throw new Error(
        `Synapse cannot be fetched: from PyPI: ${sentence(pypi)}; as Debian packages: ${sentence(debian)}. The whole story: ${log}`,
        { cause: debian },
      );
    }
  }
}

async function readMarker(folder: string): Promise<Marker | null> {
  const text = await readFile(join(folder, 'installed.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const marker = JSON.parse(text) as Marker;
  return marker.wanted === VERSION ? marker : null;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
