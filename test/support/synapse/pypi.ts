/** Taken by `install.ts` only, at first: Synapse from PyPI. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from './run.ts';

const CANDIDATES = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python3', 'python'];
const OLDEST_MINOR = 10;

/** Installs Synapse from PyPI into a virtual environment in `folder`. */
export async function installFromPypi(folder: string, version: string, log: string): Promise<void> {
  const python = await findPython();
  const venv = join(folder, 'venv');
  await rm(venv, { recursive: true, force: true });
  await run(python, ['-m', 'venv', venv], log);
  await run(join(venv, 'bin/python'), ['-m', 'pip', 'install', '--quiet', `matrix-synapse==${version}`], log);
  await run(join(venv, 'bin/python'), ['-c', 'import synapse.app.homeserver'], log);
}

/** How the Python that `installFromPypi` made is called. */
export function pypiPython(folder: string): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
  return { command: join(folder, 'venv/bin/python'), args: [], env: process.env };
}

async function findPython(): Promise<string> {
  for (const candidate of CANDIDATES) {
    const version = await promisify(execFile)(candidate, ['-c', 'import sys; print(*sys.version_info[:2])']).catch(
      () => null,
    );
    const [major, minor] = version?.stdout.trim().split(' ').map(Number) ?? [];
    if (major === 3 && minor !== undefined && minor >= OLDEST_MINOR) return candidate;
  }
  throw new Error(`no Python 3.${OLDEST_MINOR} or newer (tried ${CANDIDATES.join(', ')})`);
}
