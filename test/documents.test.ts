/** What the pages tell people to type: it is tried. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandCalled, ofTheAgent } from '../machines/commands.ts';
import { startHomeserver } from '../src/homeserver/index.ts';
import { startCommand } from './support/command.ts';
import { unlinked } from './support/entry-words.ts';
import { person } from './support/people.ts';

const root = path.join(import.meta.dirname, '..');
const read = (page: string) => readFileSync(path.join(root, page), 'utf8');
const docs = readdirSync(path.join(root, 'docs')).filter((file) => file.endsWith('.md'));
const pages = ['README.md', 'CONTRIBUTING.md', ...docs.map((file) => `docs/${file}`)];

/** What is set off as something to type, within a line or by itself. */
const typed = (page: string) =>
  [...read(page).matchAll(/^```\w*\n([^]*?)^```|`([^`\n]+)`/gm)].flatMap(([, block, inline]) =>
    (block ?? inline ?? '').split('\n'),
  );

// CONTRIBUTING.md tells of one that somebody could add.
const ofToday = pages.filter((page) => page !== 'CONTRIBUTING.md');
test.each(ofToday)('%s names only commands of rooms that there are', (page) => {
  const named = typed(page).flatMap((line) => /^!([a-z]\w*)/.exec(line)?.[1] ?? []);
  const isKnown = (name: string) => commandCalled(name) !== undefined || ofTheAgent.includes(name) || name === 'ops';
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
});

test.each(pages)('%s names only scripts that there are', (page) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = typed(page).flatMap((line) => [...line.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

describe('the command line has what the pages tell to type:', () => {
  const lines = pages.flatMap((page) => typed(page));
  const called = lines.flatMap((line) => {
    const [, name = '', rest = ''] =
      /(?:roomkeeper|src\/main\.ts|npm run(?= (?:agent|demo|reset|check-\w+|start)\b)) ([a-z][\w-]*)([^|&]*)/.exec(
        line,
      ) ?? [];
    return name === '' ? [] : [{ name, options: [...rest.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option) }];
  });
  const names = [...new Set(called.map(({ name }) => name))];

  test('commands are found', () => {
    expect(names).toEqual(expect.arrayContaining(['reset', 'check-agents', 'backup', 'ready']));
  });

  test.each(names)('%s', async (name) => {
    const { out, code } = await startCommand([name, '--help'], {}).finished;
    expect(code).toBe(0);
    expect(out).toContain(`Usage: roomkeeper ${name}`);
    const options = called.filter((one) => one.name === name).flatMap((one) => one.options);
    expect(options.filter((option) => !out.includes(option))).toEqual([]);
  });
});

describe('the pages say what they must', () => {
  test.each([
    // Which compose file for what (DOC-13).
    ['docs/deploying.md', 'docker-compose.prod.yml'],
    ['docs/deploying.md', 'docker-compose.fullstack.yml'],
    ['docs/deploying.md', 'docker-compose.smoke.yml'],
    ['docs/deploying.md', 'docker-compose.smoke-timeout.yml'],
    ['docs/deploying.md', 'docker-compose.dev.yml'],
    ['docs/deploying.md', 'mounted at `/agents` in the bot'],
    ['docs/deploying.md', 'Always a volume'],
    ['docs/deploying.md', 'Restart or reset?'],
    ['docs/deploying.md', 'linux/amd64'],
    ['docs/deploying.md', 'insufficient_scope'],
    ['docs/using.md', 'They wait for your next text'],
    ['docs/using.md', 'A save counts once the bot has said so'],
    ['docs/limits.md', 'one host'],
    ['README.md', 'end-to-end encryption'],
  ])('%s: %s', (page, words) => {
    expect(read(page)).toContain(words);
  });
});

test('whoever follows the README has an agent in a room', { timeout: 90_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'roomkeeper-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const homeserver = await startHomeserver({ serverName: 'example.org' });
  onTestFinished(() => homeserver.close());
  homeserver.register('roomkeeper', 'a password');
  homeserver.register('ann', 'secret');
  writeFileSync(path.join(folder, 'password'), 'a password\n');
  const port = await freePort();
  const [, chapter = ''] = read('README.md').split('## Run it against a homeserver');
  const [agent = '', service = ''] = [...chapter.matchAll(/^```\n([^]*?)^```/gm)].map(([, block = '']) =>
    block
      .replaceAll('https://matrix.example.org', homeserver.url)
      .replaceAll('--port 8000', `--port ${port}`)
      .replaceAll(/(?<=[ =])\.\//g, `${folder}/`),
  );
  const env = { AGENT_BASE_URL: `http://127.0.0.1:${port}`, STATE_DIR: path.join(folder, 'state'), OPS_PORT: '0' };
  const typing = shell(agent, {});
  await typing.says('The reference agent listens on');
  const running = shell(service, env);
  await running.says('booted');
  expect(running.all()).toContain('shared');

  const ann = await person(homeserver.url, '@ann:example.org', 'secret');
  onTestFinished(() => ann.stop());
  const entry = await ann.createDm('@roomkeeper:example.org');
  await ann.message(entry, (m) => unlinked(m.body).includes('Chat 1'));
  const chat = await ann.invite((room) => room.name === 'Chat 1');
  await ann.client.joinRoom(chat);
  await ann.say(chat, 'hello');
  await ann.message(chat, (m) => m.body.startsWith('You wrote: “hello”'));
});

/** Types the lines, one after another, into a shell that ends at the first that fails. */
function shell(lines: string, env: Record<string, string>) {
  const child = spawn('bash', ['-e', '-c', lines], {
    ...{ cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  });
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      listeners.forEach((listener) => listener());
    });
  }
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    // With all that it started.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await ended;
  });
  return {
    all: () => said,
    says: (words: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => said.includes(words) && resolve();
        listeners.add(look);
        void ended.then(() => reject(new Error(`it ended:\n${said}`)));
        look();
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
