/** A service as it should be, in which one thing is made wrong; and what is then said. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { runDoctor } from '../../src/doctor.ts';
import { startHomeserver, type Homeserver } from '../../src/homeserver/index.ts';
import { readiness } from '../../src/ops/health.ts';
import { agentForTest } from '../reference-agent/support.ts';
import { temporaryFolder } from '../store/support.ts';
import { startCommand } from '../support/command.ts';
import { silentLog } from '../support/log-book.ts';
import { until } from '../support/until.ts';

/** Within this time of its start a command says what is wrong. */
const WITHIN_MS = 5_000;

export interface House {
  homeserver: Homeserver;
  bot: string;
  folder: string;
  workspace: string;
  agentUrl: string;
  env: Record<string, string>;
}

/** What is different from how it should be. */
export interface Wrong {
  env?: Record<string, string>;
  /** These variables are not set. */
  without?: string[];
  /** The text of the registry file, or what it holds. */
  registry?: unknown;
  args?: string[];
}

/**
 * Who says it, and how it goes on from there. A `command` is run in a process of its own; `0` is a warning. `the service`
 * runs on and tries again: /readyz is 503 and says it. Both, or one of them.
 */
export interface Mistake {
  mistake: string;
  said: Said[];
  /** `{…}` stands for what is different each time; whoever it is about comes in front of it. */
  sentence: string;
  make(house: House): Wrong | Promise<Wrong>;
}

type Said = { by: string; exit: number } | { by: 'the service' };

/** Of a command whose exit code this is. */
export const by = (command: string, exit: number): Said => ({ by: command, exit });
export const service: Said = { by: 'the service' };

async function build(): Promise<House> {
  const homeserver = await startHomeserver();
  onTestFinished(() => homeserver.close());
  const bot = homeserver.register('bot', 'secret');
  const { agent, workspace } = await agentForTest();
  const folder = await temporaryFolder();
  const env = {
    MATRIX_HOMESERVER: homeserver.url,
    MATRIX_USER_ID: bot,
    MATRIX_ACCESS_TOKEN: homeserver.login(bot, 'BOT').token,
    MATRIX_AGENT_REGISTRY_PATH: path.join(folder, 'agents.yaml'),
    STATE_DIR: path.join(folder, 'state'),
    ...{ OPS_PORT: 'off', LOG_LEVEL: 'error', STATE_FSYNC: 'off' },
  };
  return { homeserver, bot, folder, workspace, agentUrl: agent.url, env };
}

async function prepare(house: House, { env = {}, without = [], registry, args = [] }: Wrong) {
  const { agentUrl, workspace } = house;
  const content = registry ?? { agents: [{ id: 'one', base_url: agentUrl, workspace_path: workspace }] };
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(path.join(house.folder, 'agents.yaml'), text);
  const all = { ...house.env, ...env };
  return { args, env: Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name))) };
}

/** One test for each row and each who says it. */
export function testMistakes(mistakes: readonly Mistake[]): void {
  for (const { mistake, said, sentence, make } of mistakes) {
    for (const one of said) {
      const how = 'exit' in one ? `ends with ${one.exit}` : 'tries again, and is not ready';
      // Time is a part of it, and the machine has other tests to run.
      test(`${mistake}: ${one.by} ${how}, and says what to do`, { retry: 1 }, async () => {
        const house = await build();
        const { env, args } = await prepare(house, await make(house));
        const pattern = patternOf(sentence);
        if (!('exit' in one)) return degraded(env, pattern);
        // Whom a process trusts it trusts to its end.
        const isAlone = args.length > 0 || one.exit === 2 || 'MATRIX_CA_FILE' in env;
        if (one.by === 'doctor' && !isAlone) return doctor(env, pattern, one.exit);
        await command([one.by, ...args], env, pattern, one.exit);
      });
    }
  }
}

async function command(args: string[], env: Record<string, string>, says: RegExp, exit: number): Promise<void> {
  const began = performance.now();
  const child = startCommand(args, env);
  onTestFinished(() => void child.kill('SIGKILL'));
  let soFar = '';
  let saidAfter = Infinity;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      soFar += String(data);
      if (saidAfter === Infinity && says.test(inOneLine(soFar))) saidAfter = performance.now() - began;
    });
  }
  const { code, out, err } = await child.finished;
  expect(inOneLine(out + err)).toMatch(says);
  expect(code).toBe(exit);
  expect(saidAfter).toBeLessThan(WITHIN_MS);
}

async function doctor(env: Record<string, string>, says: RegExp, exit: number): Promise<void> {
  const began = performance.now();
  const options = { config: null, json: false, message: null, files: false, answerSeconds: 60 };
  const { signal } = new AbortController();
  const { text, code } = await runDoctor(options, { env, signal, terminal: { write: () => undefined } });
  expect(inOneLine(text)).toMatch(says);
  expect(code).toBe(exit);
  expect(performance.now() - began).toBeLessThan(WITHIN_MS);
}

async function degraded(env: Record<string, string>, says: RegExp): Promise<void> {
  const began = performance.now();
  const config = loadConfig({ env, readFile: (file) => readFileSync(file, 'utf8') });
  const app = await startApp(config, { log: silentLog, drainMs: 100 });
  onTestFinished(() => app.stop());
  const missing = () => readiness(app.health()).missing.join(' ');
  const said = await until(() => says.exec(missing()) && missing(), 10_000).catch(missing);
  expect(said).toMatch(says);
  expect(readiness(app.health()).ready).toBe(false);
  expect(performance.now() - began).toBeLessThan(WITHIN_MS);
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function patternOf(sentence: string): RegExp {
  const parts = sentence.split(/\{[^}]*\}/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(parts.join('.+?'));
}

/** A port where something answers that is no homeserver. */
export async function answering(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port that says this to whoever comes, and nothing more. */
export async function mute(first = ''): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    if (first !== '') socket.write(first);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port where nobody listens. */
export async function free(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function fileIn(folder: string, name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(file, content);
  return file;
}
