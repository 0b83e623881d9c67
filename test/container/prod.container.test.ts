/** The image, run as `docker-compose.prod.yml` says and with nothing else, against a Synapse of this machine. */
import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startAgent } from '../../src/reference-agent/server.ts';
import { createWorld } from '../contracts/world.ts';
import { unlinked } from '../support/entry-words.ts';
import { startModelProvider } from '../support/model-provider.ts';
import type { Person } from '../support/people.ts';
import { contentOf, sendFile } from '../support/sent-files.ts';
import { sharedSynapse } from '../support/synapse/shared.ts';
import { until } from '../support/until.ts';
import { composeService, type ComposeService } from './compose.ts';
import { builtImage, newVolume, startContainer, type Container, type Image } from './runtime.ts';

const COMPOSE = path.join(import.meta.dirname, '../../docker-compose.prod.yml');
const BUILD_MS = 10 * 60_000;
const PATIENCE = { timeout: 60_000 };

describe('the container of production', () => {
  const world = createWorld(sharedSynapse);
  let folder: string;
  let image: Image;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'roomkeeper-container-'));
    image = await builtImage(path.join(folder, 'image'));
  }, BUILD_MS);

  test('is small', async () => {
    const { stdout } = await promisify(execFile)('du', [
      '--summarize',
      '--block-size=1M',
      path.join(image.folder, 'rootfs'),
    ]);
    expect(Number.parseInt(stdout)).toBeLessThan(250);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** As `docker compose up` does it, in a project of its own. */
  async function deployment(name: string, env: Record<string, string>, registry: string, more = {}) {
    const project = path.join(folder, name);
    await mkdir(path.join(project, 'config'), { recursive: true });
    await writeFile(path.join(project, 'config/matrix-agents.yaml'), registry);
    const service = composeService(COMPOSE, 'bot', { SURFACES_BOT_IMAGE: 'roomkeeper:test', ...env });
    const volumes: ComposeService['volumes'] = [];
    for (const volume of service.volumes) {
      const from = path.join(project, volume.from);
      if (!volume.from.startsWith('.')) await newVolume(image, volume.to, from);
      volumes.push({ ...volume, from });
    }
    const environment = { ...service.environment, ...more };
    let starts = 0;
    return {
      agents: path.join(project, 'agents'),
      async start(): Promise<Container> {
        const id = `${path.basename(folder)}-${name}-${++starts}`;
        const bundle = path.join(project, `bundle-${starts}`);
        const container = await startContainer(image, { id, bundle, service: { ...service, environment, volumes } });
        onTestFailed(() => console.log(container.lines.join('\n')));
        world.later(() => container.signal('KILL').catch(() => undefined));
        return container;
      },
    };
  }

  async function botAccount() {
    const userId = await world.homeserver().register(`bot${Math.random().toString(36).slice(2, 8)}`, 'secret');
    const env = { MATRIX_HOMESERVER: world.homeserver().url, MATRIX_USER_ID: userId, MATRIX_PASSWORD: 'secret' };
    return { userId, env };
  }

  test('serves a person, files both ways, and ends when it is told to', { timeout: 240_000 }, async () => {
    const { userId, env } = await botAccount();
    const agents = await deployment('first', env, '');
    const workspace = path.join(agents.agents, '1');
    await mkdir(workspace);
    // Both write there: docs/deploying.md.
    await chown(workspace, 1000, 1000);
    const agent = await startAgent({ port: 0, workspace, pace: 1 });
    world.later(() => agent.close());
    const registry = registryOf(agent.url);
    await writeFile(path.join(folder, 'first/config/matrix-agents.yaml'), registry);
    const first = await agents.start();
    const ann = await world.person();
    const room = await chatOf(ann, userId);
    await talk(ann, room, userId);
    expect(await sight(first)).toEqual({ user: '1000', capabilities: 0, noNewPrivileges: '1' });
    expect(await first.exec('node', 'src/main.ts', 'ready')).toEqual({ code: 0, text: 'It serves people.\n' });
    for (const place of ['/app/x', '/x', '/app/config/x', '/app/src/x']) {
      expect((await write(first, place)).text).toMatch(/EROFS/);
    }
    for (const place of ['/app/state/x', '/agents/x', '/tmp/x']) expect((await write(first, place)).code).toBe(0);

    // Somebody deploys it a second time, with volumes of its own. Other than there, both share the ports of this machine.
    const others = await deployment('second', env, registry, { OPS_PORT: 'off' });
    const second = await others.start();
    expect(await second.ended).toBe(3);
    expect(second.lines.join('\n')).toMatch(/only one may speak for an account|Another service/);
    const third = await others.start();
    await until(() => third.lines.some((line) => line.includes('somebody has the account')), 60_000);
    const told = performance.now();
    await first.signal('TERM');
    expect(await first.ended).toBe(0);
    expect(performance.now() - told).toBeLessThan(10_000);
    await until(() => third.lines.some((line) => line.includes('"booted"')), 60_000);
    await ann.say(room, 'who is there?');
    const answer = (m: { body: string }) => m.body.startsWith('You wrote: “who is there?”');
    await ann.message(room, answer, PATIENCE);
    expect(ann.timeline(room).filter(answer)).toHaveLength(1);
    await third.signal('TERM');
    expect(await third.ended).toBe(0);

    const again = await agents.start();
    await ann.say(room, 'and now?');
    await ann.message(room, (m) => m.body.startsWith('You wrote: “and now?”'), PATIENCE);
    await again.signal('TERM');
    expect(await again.ended).toBe(0);
  });

  test('lets a person talk to a model with six lines and nothing else', { timeout: 120_000 }, async () => {
    const provider = await startModelProvider();
    world.later(() => provider.close());
    const { userId, env } = await botAccount();
    const lines = [
      ...['agents:', '  - id: assistant', '    label: Assistant', '    kind: provider'],
      ...[`    base_url: ${provider.url}`, '    model: small'],
    ];
    expect(lines).toHaveLength(6);
    const one = await deployment('model', env, `${lines.join('\n')}\n`);
    const first = await one.start();
    const ann = await world.person();
    const room = await chatOf(ann, userId);
    await ann.say(room, 'the cake is blue');
    await ann.message(room, (m) => m.body === 'You said: the cake is blue', PATIENCE);
    await first.signal('TERM');
    expect(await first.ended).toBe(0);

    const again = await one.start();
    await ann.say(room, 'which colour?');
    await ann.message(room, (m) => m.body === 'You said: which colour?', PATIENCE);
    const [, ...messages] = provider.requests.at(-1)?.body.messages ?? [];
    expect(messages.map(({ content }) => content)).toEqual([
      ...['the cake is blue', 'You said: the cake is blue', 'which colour?'],
    ]);
    await again.signal('TERM');
    expect(await again.ended).toBe(0);
  });

  async function talk(ann: Person, room: string, bot: string): Promise<void> {
    await sendFile(ann, room, { name: 'plan.txt', content: Buffer.from('Three steps.') });
    await ann.message(room, (m) => m.body.includes('plan.txt') && m.sender === bot, PATIENCE);
    await ann.say(room, 'please copy the attached file to out/copy.txt');
    const back = await ann.message(room, (m) => m.msgtype === 'm.file' && m.sender === bot, PATIENCE);
    expect(back.body).toBe('copy.txt');
    expect((await contentOf(ann, back)).toString()).toBe('Three steps.');
  }
});

const registryOf = (url: string) => `agents:
  - id: agent-1
    label: Assistant
    base_url: ${url}
    workspace_path: /agents/1
`;

async function chatOf(person: Person, bot: string): Promise<string> {
  const entry = await person.createDm(bot);
  await person.message(entry, (m) => unlinked(m.body).includes('Chat 1'), PATIENCE);
  const chat = await person.invite((invited) => invited.name === 'Chat 1');
  await person.client.joinRoom(chat);
  return chat;
}

async function sight(container: Container) {
  const status = await readFile(`/proc/${await container.pid()}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
  return {
    user: field('Uid'),
    capabilities: Number.parseInt(field('CapEff') ?? '', 16),
    noNewPrivileges: field('NoNewPrivs'),
  };
}

const write = (container: Container, place: string) =>
  container.exec('node', '-e', `require('node:fs').writeFileSync(${JSON.stringify(place)}, 'x')`);
