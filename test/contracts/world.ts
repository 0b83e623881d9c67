/** Take it for the whole service: people, agents and bots around one homeserver, cleaned up after each test. */
import { afterAll, afterEach, beforeAll, expect, onTestFailed } from 'vitest';
import type { AppOptions } from '../../src/app.ts';
import {
  spawnBot,
  startBot,
  temporaryFolder,
  type Bot,
  type BotOptions,
  type BotProcess,
  type Crash,
} from '../support/bot.ts';
import { leaksIn } from '../support/leaks.ts';
import type { LogBook } from '../support/log-book.ts';
import { person, TIMEOUT_MS, type Person } from '../support/people.ts';
import { startScriptedAgent, type AgentScript, type ScriptedAgent } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';

type AnyBot = Partial<BotOptions> & Pick<BotOptions, 'agents'>;

export interface World {
  homeserver(): TestHomeserver;
  /** `kind`: how the Matrix id begins. */
  person(kind?: string): Promise<Person>;
  agent(script: AgentScript): Promise<ScriptedAgent>;
  bot(options: AnyBot): Promise<Bot & { userId: string }>;
  /** A bot in processes of its own that all have the same account and state folder; `start` begins the next one. */
  killableBot(options: AnyBot): Promise<{ userId: string; stateDir: string; start(crash?: Crash): BotProcess }>;
  /** A bot that is stopped and started again in this process, with the same account and state folder. */
  restartableBot(options: AnyBot): Promise<RestartableBot>;
  later(cleanup: () => unknown): void;
}

export interface RestartableBot {
  userId: string;
  stateDir: string;
  /** Resolves when it has caught up; `changes`: what is configured otherwise from now on. */
  start(changes?: Partial<BotOptions>, app?: Partial<AppOptions>): Promise<Bot>;
  stop(): Promise<void>;
  /** Another service of the same account. */
  rival(changes: Partial<BotOptions>, app?: Partial<AppOptions>): Promise<Bot>;
  /** What it logged since the last start. */
  lines(): LogBook['lines'];
}

/** Call inside a `describe`. */
export function createWorld(start: () => Promise<TestHomeserver>): World {
  let homeserver: TestHomeserver;
  let users = 0;
  const cleanups: (() => unknown)[] = [];
  const books: LogBook[] = [];

  beforeAll(async () => {
    homeserver = await start();
  });
  afterAll(() => homeserver.stop());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    const lines = books.splice(0).flatMap((book) => book.lines);
    expect(leaksIn(lines), 'nothing that was said, and no secret, stands in a log').toEqual([]);
  });

  async function newUser(kind: string): Promise<{ userId: string; password: string }> {
    const localpart = `${kind}${++users}${Math.random().toString(36).slice(2, 7)}`;
    return { userId: await homeserver.register(localpart, 'secret'), password: 'secret' };
  }

  async function newBotOptions(options: AnyBot): Promise<BotOptions> {
    const folder = await temporaryFolder();
    cleanups.push(() => folder.remove());
    return { homeserver: homeserver.url, ...(await newUser('bot')), stateDir: folder.path, ...options };
  }

  return {
    homeserver: () => homeserver,
    async person(kind = 'person') {
      const { userId, password } = await newUser(kind);
      const someone = await person(homeserver.url, userId, password, {
        patienceMs: homeserver.patienceMs ?? TIMEOUT_MS,
      });
      cleanups.push(() => someone.stop());
      return someone;
    },
    async agent(script) {
      const agent = await startScriptedAgent(script);
      cleanups.push(() => agent.close());
      return agent;
    },
    async bot(given) {
      const options = await newBotOptions(given);
      const bot = await startBot(options);
      books.push(bot.log);
      onTestFailed(() => console.log(bot.log.lines.map((line) => JSON.stringify(line)).join('\n')));
      cleanups.push(() => bot.app.stop());
      return { ...bot, userId: options.userId };
    },
    async killableBot(given) {
      const options = await newBotOptions(given);
      const processes: BotProcess[] = [];
      cleanups.push(() => Promise.all(processes.map((process) => process.kill())));
      return {
        userId: options.userId,
        stateDir: options.stateDir,
        start(crash) {
          const process = spawnBot(options, crash);
          processes.push(process);
          return process;
        },
      };
    },
    async restartableBot(given) {
      let options = await newBotOptions(given);
      let current: Bot | null = null;
      const stop = async () => {
        await current?.app.stop();
        current = null;
      };
      cleanups.push(stop);
      return {
        userId: options.userId,
        stateDir: options.stateDir,
        async start(changes = {}, app = {}) {
          options = { ...options, ...changes };
          const { log } = (current = await startBot(options, app));
          books.push(log);
          onTestFailed(() => console.log(log.lines.map((line) => JSON.stringify(line)).join('\n')));
          return current;
        },
        stop,
        async rival(changes, app = {}) {
          const bot = await startBot({ ...options, ...changes }, app);
          books.push(bot.log);
          cleanups.push(() => bot.app.stop());
          return bot;
        },
        lines: () => current?.log.lines ?? [],
      };
    },
    later: (cleanup) => cleanups.push(cleanup),
  };
}
