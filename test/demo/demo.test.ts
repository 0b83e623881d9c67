import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, test as base } from 'vitest';
import { en } from '../../src/text/en.ts';
import { temporaryFolder } from '../support/bot.ts';

const main = path.join(import.meta.dirname, '../../src/main.ts');

interface Demo {
  /** What it has printed so far, piece by piece. */
  pieces: string[];
  /** Resolves when that is printed. */
  printed(text: string): Promise<void>;
  stop(): void;
  ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** `npm run demo -- ...` in a process of its own, as a newcomer runs it; it ends with the test. */
const test = base.extend<{ demo: (...args: string[]) => Demo }>({
  demo: async ({ onTestFinished }, use) => {
    await use((...args) => {
      const child = spawn(process.execPath, [main, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      return watched(child);
    });
  },
});

function watched(child: ChildProcessByStdio<null, Readable, Readable>): Demo {
  const pieces: string[] = [];
  let err = '';
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  return {
    pieces,
    async printed(text) {
      while (!pieces.join('').includes(text)) await once(child.stdout, 'data');
    },
    stop: () => void child.kill('SIGINT'),
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, out: pieces.join(''), err })),
  };
}

const greeting = en.notices.greeting({ defaultAgent: false, inSpace: true, name: 'you', agent: 'Reference agent' });
const welcome = `\nbot    ${greeting}\n`;

// Each has a process of its own and waits for it most of the time.
describe.concurrent('npm run demo', { timeout: 60_000 }, () => {
  test('--say prints the answer as it grows and ends with 0', async ({ demo }) => {
    const { ended, pieces } = demo('--say', 'slow 2');
    const counted = 'I count to 8: 1 2 3 4 5 6 7 8.';
    expect(await ended).toEqual({ code: 0, out: `${welcome}\nyou    slow 2\n\nagent  ${counted}\n`, err: '' });
    const grown = pieces.join('|').split('agent  ')[1]?.split('|') ?? [];
    expect(grown.length).toBeGreaterThan(2);
  });

  test('several texts are one conversation, commands and failures of the agent included', async ({ demo }) => {
    const { code, out, err } = await demo('--say', 'one', '--say', '!stop', '--say', 'fail', '--say', 'two').ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const said = out.split('\n').filter((line) => /^(you|bot|agent) |^- My memory/.test(line));
    expect(said.map((line) => line.replace(/\s+/g, ' '))).toEqual([
      `bot ${greeting.split('\n')[0]}`,
      'you one',
      'agent You wrote: “one”.',
      '- My memory of this conversation has **1 message**.',
      'you !stop',
      `bot ${en.notices['nothing runs']({})}`,
      'you fail',
      'agent I begin to answer, but',
      `bot ${en.notices.trouble({ trouble: 'agent-error' })}`,
      'you two',
      'agent You wrote: “two”.',
      expect.stringMatching(/^- My memory of this conversation has \*\*\d messages\*\*\.$/),
    ]);
  });

  test('an answer that does not come ends with a sentence', async ({ demo }) => {
    const { code, err } = await demo('--say', 'silent', '--wait', '6').ended;
    expect({ code, sentence: err.split('\n')[0] }).toEqual({
      code: 1,
      sentence: 'No answer to “silent” within 6 seconds.',
    });
  });

  test('serves the page until it is told to stop', async ({ demo }) => {
    const { printed, stop, ended, pieces } = demo('--port', '0');
    await printed('Stop ');
    const url = /Open {3}(http:\/\/127\.0\.0\.1:\d+\/)\n/.exec(pieces.join(''))?.[1] ?? expect.fail('no address');
    const page = await fetch(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(pieces.join('')).toMatch(/^ {2}Roomkeeper is ready after \d+\.\d s\.$/m);
    stop();
    const { code, err } = await ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('says that a port is taken', async ({ demo, onTestFinished }) => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await demo('--port', String(port)).ended;
    expect({ code, out, sentence: err.split('\n')[0] }).toEqual({
      code: 1,
      out: '',
      sentence: `Port ${port} is taken. Choose another one: npm run demo -- --port <number>, 0 for any free one.`,
    });
  });

  test('--state keeps the records of the bot, each time in a folder of its own', async ({ demo, onTestFinished }) => {
    const { path: state, remove } = await temporaryFolder();
    onTestFinished(remove);
    const { out } = await demo('--state', state, '--say', 'hello').ended;
    const [folder, ...others] = await readdir(state);
    expect(others).toEqual([]);
    expect(out).toContain(`The records of the bot are in ${path.join(state, folder ?? '')}\n`);
    const kept = await readdir(path.join(state, folder ?? '', 'state'));
    expect(kept).toEqual(expect.arrayContaining(['state.db']));
  });
});
