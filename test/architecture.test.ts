import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

interface Zone {
  /** Folders and files, by the beginning of their path; the longest that fits decides. */
  holds: string[];
  /** Zones that it may import from, besides itself. */
  knows: string[];
  /** npm packages that it may import. */
  packages: string[];
  /** Whether it may import from Node. */
  node: boolean;
  /** How many files are there at least: fewer mean that this test does not see them. */
  files: number;
}

/** The arrows of the house (DESIGN 2). */
const zones: Record<string, Zone> = {
  words: {
    holds: [
      ...['machines/ids.ts', 'machines/message.ts', 'machines/notices.ts', 'machines/marker.ts', 'machines/effects.ts'],
      ...[
        'machines/files.ts',
        'machines/memory.ts',
        'machines/status.ts',
        'machines/trouble.ts',
        'machines/answer.ts',
        'machines/pushes.ts',
      ],
      ...[
        'machines/room.model.ts',
        'machines/room.events.ts',
        'machines/person.model.ts',
        'machines/saves.ts',
        'machines/commands.ts',
        'machines/language.ts',
        'machines/backoff.ts',
      ],
    ],
    knows: [],
    packages: ['zod'],
    node: false,
    files: 8,
  },
  machines: { holds: ['machines/'], knows: ['words'], packages: ['xstate', 'zod'], node: false, files: 3 },
  /** Every zone of src/ may know it. */
  basics: { holds: ['src/basics/'], knows: [], packages: [], node: true, files: 2 },
  ports: { holds: ['src/ports.ts', 'src/ports/'], knows: ['words', 'durable'], packages: [], node: false, files: 1 },
  durable: {
    holds: ['src/durable/'],
    knows: ['basics'],
    packages: ['xstate', 'zod', 'tinyqueue'],
    node: true,
    files: 7,
  },
  actors: {
    holds: ['src/actors/'],
    knows: ['words', 'machines', 'ports', 'durable'],
    packages: ['p-limit', 'xstate', 'zod'],
    node: true,
    files: 7,
  },
  matrix: adapter('src/matrix/', ['matrix-bot-sdk', 'p-limit', 'p-map', 'tinyqueue', 'zod'], 10),
  agents: adapter('src/agents/', ['ws', 'zod'], 6),
  store: adapter('src/store/', ['lowdb', 'zod'], 8),
  text: adapter('src/text/', ['fastest-levenshtein', 'markdown-it', 'markdown-it-cjk-friendly', 'sanitize-html'], 10),
  pushes: adapter('src/pushes/', ['fastify', 'zod'], 4),
  ops: adapter('src/ops/', ['fastify', 'pino', 'pino-pretty', 'prom-client', 'zod'], 3),
  workspace: adapter('src/workspace/', ['file-type', 'image-size', 'mime'], 14),
  config: {
    holds: ['src/config/'],
    knows: ['words'],
    packages: ['fastest-levenshtein', 'js-yaml', 'zod'],
    node: true,
    files: 8,
  },
  diagrams: {
    holds: ['src/diagrams.ts', 'src/diagrams/'],
    knows: ['words', 'machines'],
    packages: ['xstate'],
    node: true,
    files: 6,
  },
  'reference agent': {
    holds: ['src/reference-agent/'],
    knows: ['words', 'ports', 'workspace'],
    packages: ['eventsource-parser', 'ws', 'zod'],
    node: true,
    files: 6,
  },
  'embedded homeserver': {
    holds: ['src/homeserver/'],
    knows: ['words', 'ports'],
    packages: ['zod'],
    node: true,
    files: 20,
  },
  app: {
    holds: ['src/app.ts', 'src/compose/', 'src/start/'],
    knows: [
      ...['words', 'machines', 'ports', 'durable', 'actors', 'config'],
      ...['matrix', 'agents', 'store', 'text', 'ops', 'workspace', 'reference agent'],
    ],
    packages: ['p-map', 'xstate'],
    node: true,
    files: 3,
  },
  inspect: {
    holds: ['src/inspect/'],
    knows: ['ports'],
    packages: ['@statelyai/inspect', 'ws', 'xstate'],
    node: true,
    files: 2,
  },
  reset: {
    holds: ['src/reset.ts', 'src/reset/'],
    knows: ['words', 'ports', 'config', 'matrix', 'store', 'text', 'ops'],
    packages: [],
    node: true,
    files: 2,
  },
  doctor: {
    holds: ['src/doctor.ts', 'src/doctor/'],
    knows: ['words', 'ports', 'config', 'durable', 'matrix', 'store', 'ops', 'check agents'],
    packages: ['p-map', 'zod'],
    node: true,
    files: 9,
  },
  import: {
    holds: ['src/import.ts', 'src/import/'],
    knows: ['words', 'machines', 'ports', 'durable', 'actors', 'agents', 'config', 'app', 'store', 'ops'],
    packages: ['zod'],
    node: true,
    files: 7,
  },
  'check agents': {
    holds: ['src/check-agents/'],
    knows: ['words', 'ports', 'config', 'agents', 'workspace', 'reference agent'],
    packages: ['p-map'],
    node: true,
    files: 6,
  },
  serve: {
    holds: ['src/serve.ts'],
    knows: ['app', 'basics', 'config', 'inspect', 'ops', 'ports', 'pushes'],
    packages: [],
    node: true,
    files: 1,
  },
  demo: {
    holds: ['src/demo/'],
    knows: [
      ...['words', 'inspect', 'machines', 'ports', 'durable', 'actors', 'config', 'diagrams', 'app'],
      ...['matrix', 'agents', 'store', 'text', 'ops', 'workspace', 'reference agent', 'embedded homeserver'],
    ],
    packages: ['@fastify/static', 'fastify', 'xstate', 'zod'],
    node: true,
    files: 12,
  },
  main: {
    holds: ['src/main.ts'],
    knows: [
      'config',
      'serve',
      'reset',
      'import',
      'check agents',
      'doctor',
      'ops',
      'store',
      'demo',
      'reference agent',
      'diagrams',
    ],
    packages: ['commander'],
    node: true,
    files: 1,
  },
};

function adapter(folder: string, packages: string[], files: number): Zone {
  return { holds: [folder], knows: ['words', 'ports'], packages, node: true, files };
}

/** Files by path from the root of the repository. */
type Sources = Map<string, string>;

const root = path.resolve(import.meta.dirname, '..');
/** Packages of their own, and what a browser runs. */
const elsewhere = ['src/matrix/stand-ins', 'src/demo/page', 'test/support/machine-reader'];

function readSources(folder: string): Sources {
  const files = readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return elsewhere.includes(file) ? [] : [...readSources(file)];
    return file.endsWith('.ts') ? [[file, readFileSync(path.join(root, file), 'utf8')]] : [];
  });
  return new Map(files);
}

function zoneOf(file: string): string | null {
  const fitting = Object.entries(zones).flatMap(([name, { holds }]) =>
    holds.filter((begin) => file.startsWith(begin)).map((begin) => ({ name, length: begin.length })),
  );
  return fitting.sort((a, b) => b.length - a.length)[0]?.name ?? null;
}

/** What a file imports, types and late imports included: own files as paths from the root, others by name. */
function importsOf(file: string, source: string): string[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? path.posix.join(path.posix.dirname(file), fileName) : fileName,
    );
}

function violationsOf(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    const name = zoneOf(file);
    const zone = name === null ? undefined : zones[name];
    if (zone === undefined) return [`${file} stands in no zone`];
    return importsOf(file, source).flatMap((imported) => {
      const sentence = `${file} imports ${imported}`;
      if (imported.startsWith('node:')) return zone.node ? [] : [sentence];
      if (/^(src|machines|test)\//.test(imported)) {
        if (!sources.has(imported)) return [`${sentence}, which is not there`];
        const other = zoneOf(imported);
        const isKnown = other === name || zone.knows.includes(other ?? '') || isForAllOfSrc(file, other);
        return isKnown ? [] : [sentence];
      }
      const packageName = imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
      return zone.packages.includes(packageName) ? [] : [sentence];
    });
  });
}

function isForAllOfSrc(file: string, zone: string | null): boolean {
  return zone === 'basics' && file.startsWith('src/');
}

/** The import cycles, each as the way around. */
function cyclesOf(sources: Sources): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    const start = way.indexOf(file);
    if (start !== -1) cycles.push([...way.slice(start), file].join(' → '));
    if (start !== -1 || done.has(file)) return;
    const imported = importsOf(file, sources.get(file) ?? '').filter((other) => sources.has(other));
    imported.forEach((other) => visit(other, [...way, file]));
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return cycles;
}

const sources: Sources = new Map([...readSources('machines'), ...readSources('src')]);

describe('the house', () => {
  it('has files in each of its zones', () => {
    const seen = Object.keys(zones).map((name) => ({
      name,
      files: [...sources.keys()].filter((file) => zoneOf(file) === name).length,
    }));
    expect(seen.filter(({ name, files }) => files < zones[name]!.files)).toEqual([]);
  });

  it('imports along its arrows only', () => {
    expect(violationsOf(sources)).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(cyclesOf(sources)).toEqual([]);
  });

  it('imports at all', () => {
    const own = [...sources].flatMap(([file, source]) => importsOf(file, source)).filter((name) => sources.has(name));
    expect(own.length).toBeGreaterThan(sources.size);
  });
});

interface Corner {
  /** Files, by the beginning of their path. */
  holds: string[];
  /** The only own files that they may import (or: that they may not), by the beginning of their path. */
  only?: string[];
  never?: string[];
}

/** Where an arrow between zones is not narrow enough. */
const corners: Record<string, Corner> = {
  // A step is pure: what a definition knows of the world stands in the input.
  definitions: {
    holds: [
      ...['src/actors/room.ts', 'src/actors/room-settled.ts', 'src/actors/rest.ts'],
      ...['src/actors/person.ts', 'src/actors/person-before.ts'],
    ],
    only: [
      ...['machines/', 'src/durable/record.ts', 'src/durable/definition.ts'],
      ...['src/actors/room-settled.ts', 'src/actors/person-before.ts'],
    ],
  },
  // src/durable knows neither Matrix nor rooms nor people; so do its tests.
  "the durable core's tests": {
    holds: ['test/durable/'],
    never: ['src/actors/', 'src/matrix/', 'src/ports.ts', 'test/actors/', 'machines/room', 'machines/person'],
  },
};

function cornersLeft(files: Sources): string[] {
  return Object.entries(corners).flatMap(([name, { holds, only, never = [] }]) =>
    [...files]
      .filter(([file]) => holds.some((begin) => file.startsWith(begin)))
      .flatMap(([file, source]) => importsOf(file, source).map((imported) => ({ file, imported })))
      .filter(({ imported }) => /^(src|machines|test|node:)/.test(imported))
      .filter(({ imported }) => {
        const isOf = (list: string[]) => list.some((begin) => imported.startsWith(begin));
        return isOf(never) || (only !== undefined && !isOf(only));
      })
      .map(({ file, imported }) => `${name}: ${file} imports ${imported}`),
  );
}

const tests = readSources('test');

describe('some corners', () => {
  it('keep definitions and the durable core free of any world', () => {
    expect(cornersLeft(new Map([...sources, ...tests]))).toEqual([]);
  });

  it('hold files', () => {
    const files = [...sources.keys(), ...tests.keys()];
    const counts = Object.values(corners).map(({ holds }) =>
      holds.map((begin) => files.filter((file) => file.startsWith(begin)).length > 0),
    );
    expect(counts.flat()).not.toContain(false);
  });

  it.each([
    ['src/actors/room.ts', `import type { Now } from '../ports.ts';`, 'definitions', 'src/ports.ts'],
    ['src/actors/rest.ts', `import './directory.ts';`, 'definitions', 'src/actors/directory.ts'],
    ['src/actors/person.ts', `import '../durable/children.ts';`, 'definitions', 'src/durable/children.ts'],
    ['src/actors/person.ts', `import 'node:crypto';`, 'definitions', 'node:crypto'],
    ['test/durable/a.ts', `import '../../src/actors/room.ts';`, "the durable core's tests", 'src/actors/room.ts'],
    [
      'test/durable/a.ts',
      `import '../../machines/room.model.ts';`,
      "the durable core's tests",
      'machines/room.model.ts',
    ],
  ])('are left by %s: %s', (file, source, corner, imported) => {
    expect(cornersLeft(new Map([[file, source]]))).toEqual([`${corner}: ${file} imports ${imported}`]);
  });
});

/** Matchers that look at a part, or at nearly nothing, of what they are given. */
const vague = /\.(toMatchObject|toBeDefined|toBeTruthy|toBeFalsy)\(/g;

/** Where such a matcher may stand, and why. */
const exceptions: Record<string, string> = {};

function vagueIn(files: Sources): string[] {
  return [...files].flatMap(([file, source]) =>
    file in exceptions ? [] : [...source.matchAll(vague)].map(([, matcher]) => `${file} uses ${matcher}`),
  );
}

describe('a test', () => {
  it('compares whole values', () => {
    expect(vagueIn(tests)).toEqual([]);
  });

  it('is looked at', () => {
    expect(tests.size).toBeGreaterThan(150);
    const planted: Sources = new Map([['test/a.test.ts', `expect(record).${'toMatchObject'}({})`]]);
    expect(vagueIn(planted)).toEqual(['test/a.test.ts uses toMatchObject']);
  });
});

/** Functions and files that are longer than one idea. */
function tooLong(files: Sources): string[] {
  return [...files].flatMap(([file, text]) => {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
    const found =
      text.split('\n').length - 1 > 300 && file.startsWith('src/') ? [`${file} has more than 300 lines`] : [];
    const visit = (node: ts.Node): void => {
      const from = lineOf(node.getStart());
      if (ts.isFunctionLike(node) && lineOf(node.end) - from >= 80)
        found.push(`${file}:${from} has more than 80 lines`);
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

describe('what is read at once', () => {
  it('is a file of at most 300 lines, a function of at most 80', () => {
    expect(tooLong(sources)).toEqual([]);
  });

  it('is looked at', () => {
    const long = `function f() {\n${'  f();\n'.repeat(80)}}\n`;
    expect(tooLong(new Map([['src/a.ts', long]]))).toEqual(['src/a.ts:1 has more than 80 lines']);
    expect(tooLong(new Map([['src/b.ts', '\n'.repeat(301)]]))).toEqual(['src/b.ts has more than 300 lines']);
  });
});

describe('the checks can fail:', () => {
  const planted = (file: string, line: string): Sources =>
    new Map([...sources, [file, `${line}\n${sources.get(file) ?? ''}`]]);

  it.each([
    ['a chart with I/O', 'machines/room.machine.ts', `import 'node:fs';`, 'node:fs'],
    [
      'a chart that knows a port',
      'machines/room.machine.ts',
      `import type { Log } from '../src/ports.ts';`,
      'src/ports.ts',
    ],
    [
      'a model that knows a chart',
      'machines/room.model.ts',
      `export * from './room.machine.ts';`,
      'machines/room.machine.ts',
    ],
    [
      'a chart that knows the basics of src',
      'machines/room-words.ts',
      `import '../src/basics/latest-wish.ts';`,
      'src/basics/latest-wish.ts',
    ],
    ['basics that know a port', 'src/basics/describe-error.ts', `import type {} from '../ports.ts';`, 'src/ports.ts'],
    ['an adapter that knows another', 'src/agents/url.ts', `import '../text/en.ts';`, 'src/text/en.ts'],
    ['an adapter that knows an actor', 'src/store/host.ts', `import '../durable/step.ts';`, 'src/durable/step.ts'],
    [
      'an adapter that knows a chart',
      'src/text/en.ts',
      `import '../../machines/room.machine.ts';`,
      'machines/room.machine.ts',
    ],
    ['an actor that knows an adapter', 'src/durable/step.ts', `import '../matrix/client.ts';`, 'src/matrix/client.ts'],
    [
      'the Matrix SDK elsewhere',
      'src/durable/step.ts',
      `import type {} from 'matrix-bot-sdk/lib/x';`,
      'matrix-bot-sdk/lib/x',
    ],
    ['a late import', 'src/matrix/client.ts', `const late = import('../store/host.ts');`, 'src/store/host.ts'],
    ['an import in a type', 'src/matrix/client.ts', `type T = import('../store/host.ts').T;`, 'src/store/host.ts'],
    ['an export from', 'src/ops/log.ts', `export { x } from '../config/load.ts';`, 'src/config/load.ts'],
    ['the embedded homeserver in service', 'src/app.ts', `import('./homeserver/world.ts');`, 'src/homeserver/world.ts'],
    ['the page in service', 'src/serve.ts', `import type {} from './demo/service.ts';`, 'src/demo/service.ts'],
    [
      'a test in service',
      'src/app.ts',
      `import '../test/architecture.test.ts';`,
      'test/architecture.test.ts, which is not there',
    ],
    ['what does not exist', 'src/app.ts', `import './nowhere.ts';`, 'src/nowhere.ts, which is not there'],
  ])('%s', (_, file, line, imported) => {
    const known = violationsOf(sources);
    const found = violationsOf(planted(file, line)).filter((one) => !known.includes(one));
    expect(found).toEqual([`${file} imports ${imported}`]);
  });

  it('a file that belongs nowhere', () => {
    expect(violationsOf(new Map([['src/odds-and-ends.ts', '']]))).toEqual(['src/odds-and-ends.ts stands in no zone']);
  });

  it('a cycle, also one of types', () => {
    const circle: Sources = new Map([
      ['src/store/a.ts', `import './b.ts';`],
      ['src/store/b.ts', `import type { C } from './c.ts';`],
      ['src/store/c.ts', `const a = import('./a.ts');`],
      ['src/store/d.ts', `import './a.ts';`],
    ]);
    expect(cyclesOf(circle)).toEqual(['src/store/a.ts → src/store/b.ts → src/store/c.ts → src/store/a.ts']);
  });
});
