/** Taken by `install.ts` only, where PyPI has no Synapse for this machine: the packages of Debian, unpacked. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from './run.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const LOADERS: Partial<Record<NodeJS.Architecture, { loader: string; libraries: string }>> = {
  x64: { loader: 'usr/lib64/ld-linux-x86-64.so.2', libraries: 'usr/lib/x86_64-linux-gnu' },
  arm64: { loader: 'usr/lib/ld-linux-aarch64.so.1', libraries: 'usr/lib/aarch64-linux-gnu' },
};

/**
 * Unpacks Debian sid's Synapse with everything it needs (its own libc and Python) into `folder`: no root, nothing outside
 * is touched. Gives sid's version, which moves.
 */
export async function installFromDebian(folder: string, log: string): Promise<string> {
  const base = join(folder, 'debian');
  const root = join(base, 'root');
  await rm(base, { recursive: true, force: true });
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'etc/preferences.d']) {
    await mkdir(join(base, path), { recursive: true });
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  await writeFile(join(base, 'state/status'), '');
  await writeFile(join(base, 'etc/sources.list'), `deb [signed-by=${KEYRING}] ${await debianMirror()} sid main\n`);

  const options = [`Dir::State=${base}/state`, `Dir::State::status=${base}/state/status`, `Dir::Cache=${base}/cache`]
    .concat(`Dir::Etc=${base}/etc`, 'APT::Install-Recommends=false', 'APT::Sandbox::User=')
    .flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, 'update'], log);
  await run('apt-get', [...options, 'install', '-y', '--download-only', 'matrix-synapse'], log);
  const archives = join(base, 'cache/archives');
  for (const deb of (await readdir(archives)).filter((name) => name.endsWith('.deb'))) {
    const unpack = 'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink -C "$1"';
    await run('sh', ['-c', unpack, join(archives, deb), root], log);
  }
  await rm(archives, { recursive: true, force: true });

  const python = debianPython(folder);
  const { stdout } = await promisify(execFile)(
    python.command,
    [...python.args, '-c', 'import synapse.app.homeserver, synapse; print(synapse.__version__)'],
    { env: python.env },
  );
  return stdout.trim();
}

/** How the Python that `installFromDebian` unpacked is called: by the loader that came with it. */
export function debianPython(folder: string): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
  const root = join(folder, 'debian/root');
  const machine = LOADERS[process.arch];
  if (!machine) throw new Error(`no Debian packages are known for ${process.arch}`);
  return {
    command: join(root, machine.loader),
    args: ['--library-path', join(root, machine.libraries), join(root, 'usr/bin/python3')],
    env: {
      HOME: folder,
      LANG: 'C.UTF-8',
      PYTHONHOME: join(root, 'usr'),
      PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    },
  };
}

/** The mirror that this machine is set up with; sid stands beside its own suite. */
async function debianMirror(): Promise<string> {
  const { stdout } = await promisify(execFile)('apt-get', ['indextargets', '--format', '$(SITE)']);
  const mirror = stdout.split('\n').find((site) => site.endsWith('/debian'));
  if (!mirror) throw new Error('apt knows no Debian mirror');
  return mirror;
}
