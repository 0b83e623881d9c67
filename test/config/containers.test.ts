/** What is built into the image, and what the compose files say of it: nobody runs them here, so that they are read with care. */
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ignoring from '@balena/dockerignore';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadAgents } from '../../src/config/agents.ts';
import { plainNames, secretNames } from '../../src/config/variables.ts';

const root = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('the image', () => {
  // Its types are of another module system than its code.
  const dockerignore = ignoring as unknown as typeof ignoring.default;
  const ignore = dockerignore({ ignorecase: false }).add(read('.dockerignore'));
  const others = ['node_modules', '.git', '.cache', 'state', 'workspace'];
  const files = globSync(['*', '.*', '*/**/*'], { cwd: root, exclude: (name) => others.includes(String(name)) })
    .filter((file) => statSync(path.join(root, file)).isFile())
    .toSorted();

  test('is built of what the service needs and of nothing else', () => {
    const context = ignore.filter(files);
    const alone = ['.npmrc', 'LICENSE', 'package-lock.json', 'package.json'];
    expect(context.filter((file) => !/^(?:machines|src)\//.test(file)).toSorted()).toEqual(alone);
    const sources = files.filter((file) => /^(?:machines|src)\//.test(file) && !file.endsWith('.md'));
    expect(context.filter((file) => /^(?:machines|src)\//.test(file))).toEqual(sources);
  });

  test.each([
    ...[
      '.env',
      '.env.prod',
      'src/.env',
      'src/demo/.env.local',
      'config/matrix-agents.yaml',
      'password',
      'state/state.db',
    ],
    ...['.git/config', 'node_modules/ws/index.js', 'test/main.test.ts', '.cache/x', 'workspace/a.txt', 'Dockerfile'],
  ])('never holds %s', (file) => {
    expect(ignore.ignores(file)).toBe(true);
  });

  test('copies what there is', () => {
    const sources = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    expect(sources).toContain('src');
    const context = ignore.filter(files);
    expect(sources.filter((one) => !context.some((file) => file === one || file.startsWith(`${one}/`)))).toEqual([]);
  });

  test('does not run as root, and its first process is the service', () => {
    const last =
      read('Dockerfile')
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^ENTRYPOINT \["node", "src\/main\.ts"\]\nCMD \["start"\]$/m);
    expect(last).toMatch(/^HEALTHCHECK .* CMD \["node", "src\/main\.ts", "ready"\]$/m);
  });
});

const Service = z.looseObject({
  image: z.string().optional(),
  extends: z.object({ file: z.string(), service: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  command: z.array(z.string()).optional(),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({}).optional(),
});
const Compose = z.strictObject({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.strictObject({ name: z.string() })).default({}),
});

const PROD = 'docker-compose.prod.yml';
const files = [PROD, ...globSync('config/compose/*.yml', { cwd: root })];
/** js-yaml refuses a key that stands twice. */
const parsed = (file: string) => Compose.parse(load(read(file)));
/** How a service is asked how it is, there or in what it extends. */
function healthOf(file: string, name: string): unknown {
  const { healthcheck, extends: base } = parsed(file).services[name] ?? {};
  if (healthcheck !== undefined || base === undefined) return healthcheck;
  return healthOf(path.join(path.dirname(file), base.file), base.service);
}
const variables = (text: string) => [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);

/** Of the compose files and of the containers of agents (CFG-14..27): nothing to the service. */
const ofContainers = [
  ...['SURFACES_BOT_IMAGE', 'SURFACES_BOT_DEV_IMAGE', 'SURFACES_SHARED_VOLUME', 'SURFACES_BOT_STATE_VOLUME'],
  ...['SURFACES_SMOKE_VOLUME', 'SMOKE_TIMEOUT', 'SMOKE_PROXY_PORT', 'AGENT_ID', 'AGENT_0_ID', 'AGENT_1_ID'],
  ...['PROVIDER_URL', 'PROVIDER_MODEL', 'PROVIDER_API_KEY', 'COMPOSIO_API_KEY', 'SYNAPSE_TAG'],
];
/** The container decides them: a volume is mounted at one place, and its health check asks one port. */
const ofTheImage = ['STATE_DIR', 'OPS_PORT', 'AGENT_WS_URL', 'SSL_CERT_FILE'];

describe('the compose files', () => {
  test('are looked at', () => {
    expect(files.map((file) => path.basename(file)).toSorted()).toEqual([
      ...['docker-compose.dev.yml', 'docker-compose.fullstack.yml', 'docker-compose.prod.yml'],
      ...['docker-compose.smoke-timeout.yml', 'docker-compose.smoke.yml', 'docker-compose.synapse.yml'],
    ]);
  });

  test('production is the bot alone, of a published image, with the volumes of its contract', () => {
    const { services, volumes } = parsed(PROD);
    expect(Object.keys(services)).toEqual(['bot']);
    const { bot } = services;
    expect(bot?.image).toMatch(/^\$\{SURFACES_BOT_IMAGE:\?/);
    expect(bot?.volumes).toEqual(['agents:/agents', 'bot-state:/app/state', './config:/app/config:ro']);
    expect(bot).toEqual(
      expect.objectContaining({
        ...{ restart: 'unless-stopped', read_only: true, cap_drop: ['ALL'] },
        ...{ security_opt: ['no-new-privileges:true'], stop_grace_period: '15s' },
      }),
    );
    expect(volumes).toEqual({
      agents: { name: '${SURFACES_SHARED_VOLUME:-surfaces-agents}' },
      'bot-state': { name: '${SURFACES_BOT_STATE_VOLUME:-surfaces-bot-state}' },
    });
  });

  test('production passes on each variable of the service, and no other', () => {
    const ofService = [...plainNames, ...secretNames, ...secretNames.map((name) => `${name}_FILE`)];
    const passed = Object.entries(parsed(PROD).services['bot']?.environment ?? {});
    expect(passed.map(([name]) => name).toSorted()).toEqual(
      ofService.filter((name) => !ofTheImage.includes(name)).toSorted(),
    );
    expect(passed.filter(([name, value]) => !value.startsWith(`\${${name}`))).toEqual([]);
  });

  test.each(files)('%s names only variables that there are', (file) => {
    const known = [...plainNames, ...secretNames, ...secretNames.map((name) => `${name}_FILE`), ...ofContainers];
    expect(variables(read(file)).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('each variable of the containers stands in one of them', () => {
    const named = new Set(files.flatMap((file) => variables(read(file))));
    expect(ofContainers.filter((name) => !named.has(name))).toEqual([]);
  });

  test('defaults are those of before', () => {
    const all = files.map(read).join('\n');
    for (const [name, value] of Object.entries({
      ...{
        SURFACES_BOT_DEV_IMAGE: 'surfaces-bot:dev',
        SURFACES_SMOKE_VOLUME: 'surfaces-smoke-agents',
        SMOKE_TIMEOUT: '5',
      },
      ...{ SMOKE_PROXY_PORT: '7000', AGENT_ID: 'matrix-dev', AGENT_0_ID: 'agent-0', AGENT_1_ID: 'agent-1' },
      PROVIDER_MODEL: 'openai/gpt-4o-mini',
    }))
      expect(all).toContain(`\${${name}:-${value}}`);
  });

  test.each(files)('in %s whoever waits waits for a service that says how it is, and mounts what there is', (file) => {
    const { services, volumes } = parsed(file);
    for (const [name, { depends_on: waits, volumes: mounted, extends: base }] of Object.entries(services)) {
      for (const [other, { condition }] of Object.entries(waits)) {
        const isAsked = healthOf(file, other) !== undefined;
        expect([name, other, condition !== 'service_healthy' || isAsked]).toEqual([name, other, true]);
      }
      for (const mount of mounted) {
        const [from = ''] = mount.split(':');
        if (from.startsWith('.')) expect(globSync(path.join(root, path.dirname(file), from))).toHaveLength(1);
        else if (base === undefined) expect(Object.keys(volumes)).toContain(from);
      }
    }
  });

  test('what runs in them are commands of the service', () => {
    const commands = files.flatMap((file) =>
      Object.values(parsed(file).services).flatMap(({ command = [] }) => command.slice(0, 1)),
    );
    expect([...new Set(commands)].toSorted()).toEqual(['agent', 'check-agents', 'no-status-agent']);
    for (const command of commands) expect(read('src/main.ts')).toContain(`.command('${command}')`);
  });
});

describe('without compose', () => {
  test('Kubernetes runs one of it, not as root, on a lasting volume, asked by its own command', () => {
    const Pod = z.object({
      kind: z.literal('StatefulSet'),
      spec: z.object({
        replicas: z.literal(1),
        template: z.object({
          spec: z.looseObject({
            containers: z.array(z.looseObject({ env: z.array(z.looseObject({ name: z.string() })) })),
          }),
        }),
        volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.literal('state') }) })),
      }),
    });
    const { spec } = Pod.parse(load(read('config/kubernetes.yaml')));
    const [bot, ...others] = spec.template.spec.containers;
    expect(others).toEqual([]);
    expect(spec.template.spec['securityContext']).toEqual(
      expect.objectContaining({ runAsNonRoot: true, runAsUser: 1000 }),
    );
    expect(bot).toEqual(
      expect.objectContaining({
        readinessProbe: { exec: { command: ['node', 'src/main.ts', 'ready'] }, periodSeconds: 30, timeoutSeconds: 5 },
        securityContext: {
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        },
      }),
    );
    const known = [...plainNames, ...secretNames, ...secretNames.map((name) => `${name}_FILE`)];
    expect(bot?.env.filter(({ name }) => !known.includes(name))).toEqual([]);
  });

  test('the unit of systemd starts it, keeps its state, and does not start again what cannot mend itself', () => {
    const unit = read('config/roomkeeper.service');
    for (const line of [
      ...['ExecStart=/usr/bin/npm start', 'StateDirectory=roomkeeper', 'RestartPreventExitStatus=2 4'],
      ...['DynamicUser=yes', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'TimeoutStopSec=15'],
    ])
      expect(unit).toContain(`\n${line}\n`);
    const named =
      /^Environment=(.*)$/m
        .exec(unit)?.[1]
        ?.split(' ')
        .map((one) => one.split('=')[0]) ?? [];
    expect(named.filter((name) => !['NODE_ENV', ...plainNames].includes(String(name)))).toEqual([]);
  });
});

describe('the smoke test', () => {
  test('checks its two agents behind its proxy', () => {
    const { agents } = loadAgents({ env: {}, readFile: read }, 'config/matrix-agents.smoke.yaml');
    const { services } = parsed('config/compose/docker-compose.smoke.yml');
    expect(agents.map(({ id, baseUrl, workspace }) => ({ id, baseUrl, workspace }))).toEqual(
      [0, 1].map((n) => ({
        id: `agent-${n}`,
        baseUrl: `http://proxy:7000/agent_${n}/`,
        workspace: `/shared-agents/${n}`,
      })),
    );
    for (const { id, workspace } of agents) expect(services[id]?.command?.at(-1)).toBe(workspace);
  });

  test.each([
    ['smoke', 'agent-1'],
    ['smoke-timeout', 'no-status-agent'],
  ])('the proxy of %s takes the path of each agent off, and passes WebSockets on', (file, second) => {
    const conf = read(`config/proxy/${file}.conf`);
    expect(conf).toMatch(/listen 7000;/);
    for (const line of [
      ...['proxy_http_version 1.1;', 'proxy_set_header Host $host;', 'proxy_set_header Upgrade $http_upgrade;'],
      ...[
        'proxy_set_header Connection "upgrade";',
        'proxy_pass http://agent-0:8000/;',
        `proxy_pass http://${second}:8000/;`,
      ],
    ])
      expect(conf).toContain(line);
  });
});
