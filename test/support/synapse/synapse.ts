/** Take it for a Synapse of a test's own, to be killed, frozen or set up otherwise; else take the shared one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { UserId } from '../../../machines/ids.ts';
import { type SynapseOptions, writeConfig } from './config.ts';
import { type InstalledSynapse, installSynapse } from './install.ts';
import { registerUser } from './register.ts';

/** A Synapse process of our own. */
export interface Synapse {
  readonly url: string;
  readonly serverName: string;
  readonly registrationSecret: string;
  readonly logFile: string;
  register(localpart: string, password: string, options?: { admin?: boolean }): Promise<UserId>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  /** Stops its clock: connections stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port and data, ending it first when it runs; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its temporary folder. */
  stop(): Promise<void>;
}

const SERVER_NAME = 'synapse.test';
const START_MS = 60_000;
const STOP_MS = 10_000;
const POLL_MS = 25;

/**
 * Runs Synapse's module so that Linux kills it when this process dies, even by SIGKILL. It must not be called through
 * a shell: the signal follows the direct parent.
 */
const LAUNCH = `
import ctypes, runpy, signal, sys
try: ctypes.CDLL(None).prctl(1, signal.SIGKILL)
except Exception: pass
sys.argv[0] = 'homeserver'
runpy.run_module('synapse.app.homeserver', run_name='__main__', alter_sys=True)
`;

/** Starts a Synapse with a database of its own on a free port; resolves when it answers. */
export async function startSynapse(options: SynapseOptions): Promise<Synapse> {
  const installed = await installSynapse();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'roomkeeper-synapse-')));
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, 'homeserver.log');
  const registrationSecret = await writeConfig(options, { folder, serverName: SERVER_NAME, port, logFile });
  await end(launch(installed, folder, ['--generate-keys']), null);

  let child = launch(installed, folder, []);
  await answers(child, url, folder);
  const removeFolder = async () => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  return {
    url,
    serverName: SERVER_NAME,
    registrationSecret,
    logFile,
    register: (localpart, password, more) => registerUser({ url, registrationSecret }, localpart, password, more),
    kill: () => end(child, 'SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async restart() {
      await end(child, 'SIGTERM');
      child = launch(installed, folder, []);
      await answers(child, url, folder);
    },
    async stop() {
      await end(child, 'SIGTERM');
      await removeFolder();
    },
  };
}

function launch(installed: InstalledSynapse, folder: string, more: string[]): ChildProcess {
  const output = openSync(join(folder, 'output.log'), 'a');
  const args = [...installed.args, '-c', LAUNCH, '-c', join(folder, 'homeserver.yaml'), ...more];
  const child = spawn(installed.command, args, { cwd: folder, env: installed.env, stdio: ['ignore', output, output] });
  closeSync(output);
  const killAtExit = () => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  return child;
}

/** Resolves when the process is gone; a polite signal is followed by SIGKILL (which also ends a frozen one). */
async function end(child: ChildProcess, signal: NodeJS.Signals | null): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (signal) child.kill(signal);
  const timer = signal === 'SIGTERM' ? setTimeout(() => child.kill('SIGKILL'), STOP_MS) : undefined;
  await gone;
  clearTimeout(timer);
}

async function answers(child: ChildProcess, url: string, folder: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const healthy = await fetch(`${url}/health`)
      .then((response) => response.ok)
      .catch(() => false);
    if (healthy) return;
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended || Date.now() > deadline) {
      await end(child, 'SIGKILL');
      const output = await readFile(join(folder, 'output.log'), 'utf8').catch(() => '');
      throw new Error(
        `Synapse ${ended ? 'ended while starting' : 'does not answer'}; its last words:\n${output.slice(-2000)}`,
      );
    }
    await delay(POLL_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
