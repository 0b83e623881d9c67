#!/usr/bin/env node
/** The command line. Everything is imported late: an older Node must reach the sentence below, and no command pays for another. */
import type { Config } from './config/config.ts';
import type { Sources } from './config/load.ts';
import type { ResetMode } from './reset/report.ts';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Roomkeeper needs Node 24 or newer, this is ${process.versions.node}; started by "npm start" it finds its own.`,
  );
  process.exit(1);
}

const { Command, InvalidArgumentError, Option } = await import('commander');
const { VERSION } = await import('./basics/version.ts');
const program = new Command('roomkeeper')
  .description('Puts AI agents into Matrix: every room is an actor that survives a kill.')
  .version(VERSION, '--version', 'say which version this is');

/** What it ends with stands in its log, too. */
let isServing = false;

program
  .command('start')
  .description('serve until SIGINT or SIGTERM; set up by environment variables, see config/example.env')
  .option(
    '--inspect [port]',
    "let Stately's inspectors look on at this port of 127.0.0.1 (default: any free one)",
    portOf,
  )
  .option('--inspect-texts', 'show them what people and agents say, too', false)
  .option('--take-over', 'make another service of the same account end, where there is one', false)
  .action(async (options: Inspection & { takeOver: boolean }) => {
    // Nobody who runs the service can act on what matrix-bot-sdk's dependencies are warned about.
    process.noDeprecation = true;
    isServing = true;
    const config = await readConfig();
    const { serve } = await import('./serve.ts');
    const { registrySource } = await import('./config/reload.ts');
    const { readPlainFile } = await import('./basics/plain-file.ts');
    // While it runs, nothing that is put there in the place of the file holds the service up.
    const registry = registrySource({ ...(await sources()), readFile: readPlainFile });
    await serve(config, { inspect: inspectionOf(options), takeOver: options.takeOver, registry });
  });

program
  .command('check-config')
  .description('read the configuration, contact nothing, print what it means or all that is wrong with it')
  .action(async () => {
    const config = await readConfig();
    const { describeConfig } = await import('./config/describe.ts');
    console.log(describeConfig(config));
    for (const warning of config.warnings) console.log(`warning: ${warning}`);
  });

program
  .command('check-agents')
  .description('connect to every agent of the registry as the service does; the exit code is 0 where all is well')
  .option('--config <yaml>', 'the registry file (default: MATRIX_AGENT_REGISTRY_PATH)')
  .option('--timeout <seconds>', 'how long an agent may take to say STATUS', secondsOf, 5)
  .option('--message <text>', 'ask each agent this, and wait for the end of the answer')
  .option('--files', 'have each agent send a file back, to see whether its workspace is shared', false)
  .option('--wait <seconds>', 'how long an answer may take', secondsOf, 60)
  .option('--json', 'print all that was found as JSON', false)
  .action(async (options: CheckAgents) => {
    const { runCheck } = await import('./check-agents/run.ts');
    const { config = null, timeout, message = null, files, wait, json } = options;
    const { text, ok } = await runCheck({
      ...{ config, message, files, json, statusSeconds: timeout, answerSeconds: wait },
    });
    // A file system that hangs would keep the process alive.
    process.stdout.write(`${text}\n`, () => process.exit(ok ? 0 : 1));
  });

program
  .command('doctor')
  .description(
    'look at everything that the service needs, also beside one that runs: homeserver, login, agents, folders, state, clock, certificates',
  )
  .option('--config <yaml>', 'the registry file (default: MATRIX_AGENT_REGISTRY_PATH)')
  .option('--message <text>', 'ask each agent this, and wait for the end of the answer')
  .option('--files', 'have each agent send a file back, to see whether its workspace is shared', false)
  .option('--wait <seconds>', 'how long an answer may take', secondsOf, 60)
  .option('--json', 'print all that was found as JSON', false)
  .action(async (options: Omit<CheckAgents, 'timeout'>) => {
    process.noDeprecation = true;
    const { runDoctor } = await import('./doctor.ts');
    const { config = null, message = null, files, wait, json } = options;
    const stopping = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
    const { text, code } = await runDoctor(
      { config, message, files, json, answerSeconds: wait },
      { env: process.env, terminal: process.stderr, signal: stopping.signal },
    );
    // A file system that hangs would keep the process alive.
    process.stdout.write(`${text}\n`, () => process.exit(code));
  });

program
  .command('ready')
  .description('ask the service on this machine whether it serves people; where not, say why and end with 1')
  .action(async () => {
    const { loadOps } = await import('./config/ops.ts');
    const { askReadiness } = await import('./ops/ready.ts');
    const { text, ready } = await askReadiness(loadOps(process.env));
    console.log(text);
    if (!ready) process.exitCode = 1;
  });

program
  .command('demo')
  .description('try everything on this machine: a homeserver, an agent, the service and a chat page in one process')
  .option('--port <number>', 'where the page is served (default: the first free one from 8080)', portOf)
  .option('--host <address>', 'where the page is served', '127.0.0.1')
  .option('--state <folder>', 'keep the records of the bot in a new folder in there')
  .option('--say <text>', 'no page: say this in the terminal and print the answer; repeatable', collect)
  .option('--wait <seconds>', 'how long an answer to --say may stay silent', secondsOf, 60)
  .option(
    '--inspect [port]',
    "let Stately's inspectors look on at this port of 127.0.0.1 (default: any free one)",
    portOf,
  )
  .option('--inspect-texts', 'show them what people and agents say, too', false)
  .action(
    async (options: Inspection & { port?: number; host: string; state?: string; say?: string[]; wait: number }) => {
      process.noDeprecation = true;
      const { runDemo } = await import('./demo/demo.ts');
      const { port = null, host, state = null, say = [], wait } = options;
      await runDemo({ port, host, state, say, silenceMs: wait * 1000, inspect: inspectionOf(options) });
    },
  );

program
  .command('agent')
  .description(
    'run the reference agent; with PROVIDER_URL, PROVIDER_API_KEY and PROVIDER_MODEL a language model answers, with PUSH_URL and PUSH_TOKEN it pushes',
  )
  .option('--host <address>', 'where it listens', '127.0.0.1')
  .option('--port <number>', 'where it listens, 0 for any free port', portOf, 8000)
  .option('--workspace <folder>', 'its files', './workspace')
  .action(async (options: { host: string; port: number; workspace: string }) => {
    const { startAgent } = await import('./reference-agent/server.ts');
    const { providerFrom } = await import('./reference-agent/provider-from.ts');
    const provider = providerFrom(process.env);
    const { pushesFrom } = await import('./reference-agent/pushing.ts');
    const pushes = pushesFrom(process.env);
    const more = { ...(provider !== null && { provider }), ...(pushes !== null && { pushes }) };
    const agent = await startAgent({ ...options, ...more });
    closeAtSignals(agent);
    console.log(`The reference agent listens on ${agent.url}`);
  });

program
  .command('no-status-agent')
  .description('run an agent that takes connections and says nothing, to see how that is told')
  .option('--host <address>', 'where it listens', '127.0.0.1')
  .option('--port <number>', 'where it listens, 0 for any free port', portOf, 8000)
  .action(async (options: { host: string; port: number }) => {
    const { startNoStatusAgent } = await import('./reference-agent/no-status.ts');
    const agent = await startNoStatusAgent(options);
    closeAtSignals(agent);
    console.log(`An agent without STATUS listens on ${agent.url}`);
  });

program
  .command('reset')
  .description(
    'for development only: delete the local state, or take the bot out of its rooms first; deletes no room, does not ask first',
  )
  .addOption(
    new Option('--mode <mode>', 'the state folder only, or leave and forget every room and invite of the bot as well')
      .choices(['local-only', 'server-leave-forget'])
      .default('local-only'),
  )
  .option('--dry-run', 'only print what would be deleted and left', false)
  .action(async (options: { mode: ResetMode; dryRun: boolean }) => {
    process.noDeprecation = true;
    const config = await readConfig();
    const { runReset } = await import('./reset.ts');
    const { report, complete } = await runReset(config, options);
    console.log(report);
    if (!complete) process.exitCode = 1;
  });

program
  .command('backup')
  .description('copy the state into a new file, a SQLite database, also while the service runs')
  .argument('<file>', 'where the copy goes; it must not exist yet')
  .action(async (file: string) => {
    const config = await readConfig();
    const { backupState } = await import('./store/backup.ts');
    await backupState(config.state.dir, file);
    console.log(`The state of ${config.state.dir} is copied to ${file}`);
  });

program
  .command('import')
  .description(
    'take over the rooms, numbers and memories that the old bot kept; the service must not run, nothing is overwritten',
  )
  .argument('<file>', 'the database of the old bot (lambda_matrix.db); it is only read')
  .option('--dry-run', 'only print what would be taken over', false)
  .action(async (file: string, { dryRun }: { dryRun: boolean }) => {
    process.noDeprecation = true;
    const config = await readConfig();
    const { runImport } = await import('./import.ts');
    console.log(await runImport(config, file, { dryRun }));
  });

program
  .command('diagrams')
  .description('write the diagrams of the machines into machines/README.md')
  .action(async () => {
    const { writeDiagrams } = await import('./diagrams.ts');
    await writeDiagrams();
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
  if (isServing) {
    const { writeLastLine } = await import('./ops/last-line.ts');
    writeLastLine(error, process.exitCode, process.env);
  }
}

async function readConfig(): Promise<Config> {
  const { loadConfig } = await import('./config/load.ts');
  const { trustAlso } = await import('./basics/trust.ts');
  const config = loadConfig(await sources());
  trustAlso(config.authorities);
  return config;
}

async function sources(): Promise<Sources> {
  const { readFileSync, statSync } = await import('node:fs');
  return {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    modeOf: (path) => statSync(path, { throwIfNoEntry: false })?.mode ?? null,
    terminal: process.stdout.isTTY,
  };
}

interface CheckAgents {
  config?: string;
  timeout: number;
  message?: string;
  files: boolean;
  wait: number;
  json: boolean;
}

/** As the first process of a container it would hear none by itself. */
function closeAtSignals({ close }: { close(): Promise<void> }): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
}

interface Inspection {
  /** True where no port is given. */
  inspect?: number | true;
  inspectTexts: boolean;
}

function inspectionOf({ inspect, inspectTexts }: Inspection): { port: number; texts: boolean } | null {
  if (inspect === undefined) return null;
  return { port: inspect === true ? 0 : inspect, texts: inspectTexts };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('A time is a number of seconds, more than 0.');
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** Prints why a command failed and gives the exit code, as docs/operating.md lists them. */
function report(error: unknown): number {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  console.error(message);
  if (name === 'ConfigError') return 2;
  if (name === 'FolderInUse' || name === 'FolderLost' || name === 'AccountInUse') return 3;
  if (name === 'NewerState') return 4;
  if (process.env.LOG_LEVEL?.trim().toLowerCase() === 'debug') console.error(error);
  else console.error('Set LOG_LEVEL=debug to see where it happened.');
  return 1;
}
