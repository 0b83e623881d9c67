/** Take it to run the image as a compose file says: with runc, as root, in the network of this machine. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ComposeService } from './compose.ts';

const run = promisify(execFile);

const Inspected = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      WorkingDir: z.string(),
    }),
  }),
});
export type ImageConfig = z.infer<typeof Inspected>['OCIv1']['config'];

/** An unpacked image: `<folder>/rootfs` and what it says of itself. */
export interface Image {
  folder: string;
  config: ImageConfig;
}

export async function builtImage(folder: string): Promise<Image> {
  const image = spawn(path.join(import.meta.dirname, 'build-image'), [folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [image.stdout, image.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(image, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`the image was not built (${code}):\n${Buffer.concat(said).toString().slice(-4_000)}`);
  const { OCIv1 } = Inspected.parse(JSON.parse(await readFile(path.join(folder, 'image.json'), 'utf8')));
  return { folder, config: OCIv1.config };
}

/** A named volume is new with what the image has there, as Docker does it: so whoever owns that folder owns the volume. */
export async function newVolume({ folder }: Image, mountedAt: string, place: string): Promise<void> {
  await run('cp', ['-a', path.join(folder, 'rootfs', mountedAt), place]);
}

export interface Container {
  /** What it wrote, line by line. */
  lines: string[];
  /** Of its first process, as this machine counts. */
  pid(): Promise<number>;
  /** Runs a command in it; gives its exit code and what it wrote. */
  exec(...command: string[]): Promise<{ code: number; text: string }>;
  signal(name: 'TERM' | 'KILL'): Promise<void>;
  /** The exit code. */
  ended: Promise<number>;
}

export async function startContainer(
  image: Image,
  { id, bundle, service }: { id: string; bundle: string; service: ComposeService },
): Promise<Container> {
  await mkdir(bundle, { recursive: true });
  // Each has a root of its own, so that nothing that one of them wrote would be seen by another.
  await run('cp', ['-a', '--no-target-directory', path.join(image.folder, 'rootfs'), path.join(bundle, 'rootfs')]);
  await writeFile(path.join(bundle, 'config.json'), JSON.stringify(await specification(image, service), null, 1));
  const child = spawn('runc', ['run', '--bundle', bundle, id], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
    });
  }
  return {
    lines,
    async pid() {
      const { stdout } = await run('runc', ['state', id]);
      return z.object({ pid: z.number() }).parse(JSON.parse(stdout)).pid;
    },
    exec: (...command) =>
      run('runc', ['exec', id, ...command]).then(
        ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
          code,
          text: stdout + stderr,
        }),
      ),
    async signal(name) {
      await run('runc', ['kill', id, name]);
    },
    ended: once(child, 'close').then(([code]) => Number(code)),
  };
}

/** An OCI runtime configuration: runc's own default with what the image and the compose file say. */
async function specification({ folder, config }: Image, service: ComposeService): Promise<unknown> {
  const uid = await userOf(folder, config.User);
  const none = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };
  const environment = Object.entries(service.environment).map(([name, value]) => `${name}=${value}`);
  const bind = ({ from, to, readOnly }: ComposeService['volumes'][number]) => ({
    ...{ destination: to, type: 'bind', source: from, options: ['rbind', readOnly ? 'ro' : 'rw'] },
  });
  const quick = (destination: string) => ({
    ...{ destination, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
  });
  return {
    ociVersion: '1.0.0',
    process: {
      terminal: false,
      user: { uid, gid: uid },
      args: [...config.Entrypoint, ...config.Cmd],
      env: [...config.Env, ...environment],
      cwd: config.WorkingDir,
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: service.isReadOnly },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755'] },
      ...service.tmpfs.map(quick),
      ...service.volumes.map(bind),
      ...['/etc/resolv.conf', '/etc/hosts'].map((file) => bind({ from: file, to: file, readOnly: true })),
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
}

async function userOf(folder: string, name: string): Promise<number> {
  const users = await readFile(path.join(folder, 'rootfs/etc/passwd'), 'utf8');
  const uid = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(users)?.[1];
  if (uid === undefined) throw new Error(`the image has no user ${name}`);
  return Number(uid);
}
