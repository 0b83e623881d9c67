/** Take it for the service alone, here or in a process to be killed; `contracts/world.ts` has it with people and agents. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentId, UserId } from '../../machines/ids.ts';
import { startApp, type App, type AppOptions } from '../../src/app.ts';
import type { Boundary } from '../../src/actors/boundaries.ts';
import type { Config, Policy } from '../../src/config/config.ts';
import { loadConfig, type Sources } from '../../src/config/load.ts';
import { registrySource } from '../../src/config/reload.ts';
import { defaultPolicy } from '../../src/config/policy.ts';
import { logBook, type LogBook } from './log-book.ts';

export interface BotOptions {
  homeserver: string;
  userId: string;
  password: string;
  /** Agent id to base address; the first one is everybody's who is not in `userAgents`. Empty with `registry`. */
  agents: Record<string, string>;
  /** The text of a registry file, for the service's own loader: agents, people and policy as they stand there. */
  registry?: string;
  /** The path of such a file instead, which the service reads again where it changes. */
  registryFile?: string;
  userAgents?: Record<string, string>;
  stateDir: string;
  fsync?: boolean;
  concurrency?: number;
  limits?: Partial<Policy['limits']>;
  reply?: Partial<Policy['reply']>;
  /** Without it the mode is `dm`, other than the service's default: the room of the invite is the chat. */
  onboarding?: Partial<Policy['onboarding']>;
  access?: Partial<Policy['access']>;
  context?: Partial<Policy['context']>;
  missed?: Partial<Policy['missed']>;
  files?: Partial<Policy['files']>;
  language?: Policy['language'];
  operators?: Policy['operators'];
  /** Where agents push to, and the file with the token of each. */
  pushes?: Config['pushes'];
  pushTokenFile?: string;
}

export function botConfig(options: BotOptions): Config {
  if (options.registry !== undefined || options.registryFile !== undefined) return loadConfig(sourcesOf(options));
  const { homeserver, userId, password, agents, userAgents = {}, stateDir, fsync = false, concurrency = 4 } = options;
  const policy = defaultPolicy(UserId.parse(userId));
  return {
    matrix: { homeserver, userId: UserId.parse(userId), accessToken: null, password, deviceId: 'BOT' },
    backend: 'real',
    agents: Object.entries(agents).map(([id, baseUrl]) => ({
      id: AgentId.parse(id),
      label: id,
      baseUrl,
      workspace: path.join(stateDir, 'workspace', id),
      concurrency,
      ...(options.pushTokenFile !== undefined && { pushTokenFile: options.pushTokenFile }),
    })),
    userAgents: userAgents as Config['userAgents'],
    policy: {
      ...policy,
      onboarding: { ...policy.onboarding, mode: 'dm', ...options.onboarding },
      access: { ...policy.access, allowed: ['@*:*'], ...options.access },
      context: { ...policy.context, ...options.context },
      missed: { ...policy.missed, ...options.missed },
      files: { ...policy.files, ...options.files },
      language: options.language ?? policy.language,
      operators: options.operators ?? policy.operators,
      reply: { ...policy.reply, firstEditMs: 200, ...options.reply },
      limits: { ...policy.limits, ...options.limits },
    },
    authorities: [],
    state: { dir: stateDir, fsync },
    log: { level: 'debug', format: 'json' },
    ops: null,
    pushes: options.pushes ?? null,
    warnings: [],
  };
}

/** What the service reads from its environment and such a file. */
function sourcesOf({ homeserver, userId, password, stateDir, registry, registryFile }: BotOptions): Sources {
  const env = {
    MATRIX_HOMESERVER: homeserver,
    MATRIX_USER_ID: userId,
    MATRIX_PASSWORD: password,
    MATRIX_DEVICE_ID: 'BOT',
    MATRIX_AGENT_REGISTRY_PATH: registryFile ?? 'agents.yaml',
    STATE_DIR: stateDir,
    STATE_FSYNC: 'off',
    OPS_PORT: 'off',
  };
  const readFile = (file: string) =>
    file === 'agents.yaml' && registry !== undefined ? registry : readFileSync(file, 'utf8');
  return { env, readFile };
}

export interface Bot {
  app: App;
  log: LogBook;
}

/** Starts the service in this process and waits until it has caught up. */
export async function startBot(options: BotOptions, appOptions: Partial<AppOptions> = {}): Promise<Bot> {
  const log = logBook();
  const registry = options.registryFile === undefined ? null : registrySource(sourcesOf(options));
  const app = await startApp(botConfig(options), { log, registry, drainMs: 100, ...appOptions });
  await running(app, log);
  return { app, log };
}

async function running(app: App, log: LogBook): Promise<void> {
  const ended = app.ended.then((error) => {
    throw error ?? new Error('the bot ended');
  });
  ended.catch(() => {});
  const started = performance.now();
  while (app.health().state !== 'running') {
    if (performance.now() - started > 60_000)
      throw new Error(`the bot does not run:\n${JSON.stringify(log.lines, null, 1)}`);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5))]);
  }
}

/** Kills the process the n-th time (from 1) that it reaches the boundary. */
export interface Crash {
  boundary: Boundary;
  nth: number;
}

export interface BotProcess {
  /** Resolves when the service has caught up; rejects when it ended before. */
  running: Promise<void>;
  /** From now on the process kills itself at that boundary. */
  arm(crash: Crash): Promise<void>;
  /** Resolves with the signal or code that ended it. */
  ended: Promise<string>;
  kill(signal?: NodeJS.Signals): Promise<string>;
  pid: number;
}

/** `crash`: the process is armed from its first moment on. */
export function spawnBot(options: BotOptions, crash: Crash | null = null): BotProcess {
  const child = fork(path.join(import.meta.dirname, 'bot.process.ts'), { execPath: process.execPath, execArgv: [] });
  child.send({ config: botConfig(options), crash });
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const heard = (word: string) =>
    new Promise<void>((resolve, reject) => {
      child.on('message', (message) => message === word && resolve());
      void ended.then((how) => reject(new Error(`the bot ended with ${how} before it was ${word}`)));
    });
  const running = heard('running');
  running.catch(() => {});
  return {
    running,
    async arm(crash) {
      const armed = heard('armed');
      child.send({ crash });
      await armed;
    },
    ended,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
    pid: child.pid ?? 0,
  };
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomkeeper-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
