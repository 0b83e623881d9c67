import { readdirSync, readFileSync } from 'node:fs';
import { assign, createMachine, fromPromise, setup, spawnChild, type AnyStateMachine } from 'xstate';
import { describe, expect, it } from 'vitest';
import { personEffects } from '../../machines/person.model.ts';
import { roomEffects } from '../../machines/room.effects.ts';
import { personMachine } from '../../machines/person.machine.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { allNodes, describeMachine } from '../../src/diagrams/walk.ts';
import { formFaultsOf, impuritiesOf, problemsOf } from './chart-checks.ts';

const folder = new URL('../../machines/', import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const files = sources.filter((name) => name.endsWith('.machine.ts'));
const machines = await Promise.all(
  files.map(async (file) => {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    return { file, found: Object.values(exported).filter(isMachine) };
  }),
);

const vocabulary = sources.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value && 'implementations' in value;
}

describe('the charts', () => {
  it('are found', () => {
    expect(files).toEqual(expect.arrayContaining(['person.machine.ts', 'room.machine.ts', 'supervisor.machine.ts']));
    expect(machines.map(({ file, found }) => [file, found.length])).toEqual(files.map((file) => [file, 1]));
  });

  it.each(machines)('$file is sound', ({ found }) => {
    expect(found.flatMap((machine) => problemsOf(() => machine, vocabulary))).toEqual([]);
  });

  it.each(sources)('%s is pure', (name) => {
    expect(impuritiesOf(readFileSync(new URL(name, folder), 'utf8'))).toEqual([]);
  });
});

describe('the charts in names only', () => {
  it.each(machines)('$file holds nothing but names', ({ file }) => {
    expect(formFaultsOf(readFileSync(new URL(file, folder), 'utf8'))).toEqual([]);
  });

  it.each(machines)('$file says of every state what it is', ({ found }) => {
    const states = found.flatMap((machine) => allNodes(describeMachine(machine)));
    const sentence = /^[A-Z].*[.]$/;
    expect(states.filter(({ description }) => !sentence.test(description ?? '')).map(({ id }) => id)).toEqual([]);
    expect(states.length).toBeGreaterThan(5);
  });

  it.each(machines)('$file speaks in sentences: no action is the name of an effect', ({ found }) => {
    const effects = [...Object.keys(roomEffects), ...Object.keys(personEffects)];
    const named = found
      .flatMap((machine) => allNodes(describeMachine(machine)))
      .flatMap(({ entry, exit, transitions }) => [...entry, ...exit, ...transitions.flatMap(({ actions }) => actions)]);
    expect(named.filter((name) => effects.includes(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });

  it('are short enough to be read, and so is each layer of their vocabularies', () => {
    const lines = sources.map(
      (name) => [name, readFileSync(new URL(name, folder), 'utf8').split('\n').length] as const,
    );
    expect(lines.filter(([name, count]) => count > (name.endsWith('.machine.ts') ? 1200 : 300))).toEqual([]);
  });
});

describe('the effects', () => {
  const ours: [AnyStateMachine, Record<string, unknown>][] = [
    [roomMachine, roomEffects],
    [personMachine, personEffects],
  ];
  const outside = (machine: AnyStateMachine) =>
    Object.entries(machine.implementations.actions)
      .filter(([, action]) => !((action as { type?: string }).type ?? '').startsWith('xstate.'))
      .map(([name]) => name)
      .sort();

  it.each(ours)('of a $id are the actions that change nothing inside, each with its class', (machine, effects) => {
    expect(outside(machine)).toEqual(Object.keys(effects).sort());
  });

  it('are told apart from what changes the context', () => {
    const machine = setup({ actions: { act: () => {}, note: assign({}) } }).createMachine({ entry: ['act', 'note'] });
    expect(outside(machine)).toEqual(['act']);
  });
});

describe('the checks can fail:', () => {
  const sound = setup({
    actions: { act: () => {} },
    guards: { 'it holds': () => true },
    delays: { pause: 10 },
  });
  const chart = {
    initial: 'a',
    states: {
      a: { on: { go: { guard: 'it holds', target: 'b', actions: 'act' } }, after: { pause: 'b' } },
      b: {},
    },
  } as const;

  it('a sound machine has no problem', () => {
    expect(problemsOf(() => sound.createMachine(chart))).toEqual([]);
  });

  const broken: [string, () => AnyStateMachine, string[]][] = [
    [
      'an unknown delay',
      () => createMachine({ initial: 'a', states: { a: { after: { pasue: 'b' } }, b: {} } }),
      ["delays: 'pasue' has no implementation"],
    ],
    [
      'an unknown action',
      () => createMachine({ entry: 'atc', exit: 'cat' }),
      ["actions: 'atc' has no implementation", "actions: 'cat' has no implementation"],
    ],
    [
      'an unknown guard',
      () => createMachine({ on: { go: { guard: 'it is so', actions: [] } } }),
      ["guards: 'it is so' has no implementation"],
    ],
    [
      'parts without a name',
      () => createMachine({ on: { go: { guard: () => true, actions: () => {} } } }),
      ['actions: one has no name', 'guards: one has no name'],
    ],
    [
      'an implementation nobody uses',
      () => sound.createMachine({}),
      ["actions: 'act' is never used", "guards: 'it holds' is never used", "delays: 'pause' is never used"],
    ],
    [
      'a target that does not exist',
      () => createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: 'elsewhere' } } } }),
      [expect.stringMatching(/^does not build: [^]*elsewhere/) as string],
    ],
    [
      'an initial state that does not exist',
      () => createMachine({ id: 'm', initial: 'elsewhere', states: { a: {} } }),
      [expect.stringMatching(/^does not build: [^]*elsewhere/) as string],
    ],
    [
      'a state to which nothing leads',
      () => createMachine({ id: 'm', initial: 'a', states: { a: {}, b: { on: { go: 'a' } } } }),
      ["nothing leads to 'm.b'"],
    ],
    [
      'a state that only another lost state leads to',
      () => createMachine({ id: 'm', initial: 'a', states: { a: {}, b: { always: 'c' }, c: { on: { go: 'b' } } } }),
      ["nothing leads to 'm.b'", "nothing leads to 'm.c'"],
    ],
    [
      'a history state',
      () => createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: 'h' } }, h: { type: 'history' } } }),
      ["'m.h' is a history state"],
    ],
    [
      'a child invoked',
      () =>
        setup({ actors: { child: fromPromise(() => Promise.resolve()) } }).createMachine({
          id: 'm',
          invoke: { src: 'child' },
        }),
      ["'m' invokes", "actors: 'child' is a child"],
    ],
    [
      'a child spawned',
      () =>
        setup({ actions: { spawn: spawnChild(fromPromise(() => Promise.resolve())) } }).createMachine({
          entry: 'spawn',
        }),
      ["actions: 'spawn' spawns"],
    ],
  ];

  it.each(broken)('%s', (_, build, problems) => {
    expect(problemsOf(build)).toEqual(problems);
  });

  it('states entered by always, after, initial and as regions are reached', () => {
    const machine = sound.createMachine({
      initial: 'a',
      states: {
        a: { always: { guard: 'it holds', target: 'b', actions: 'act' } },
        b: { after: { pause: '#deep' } },
        c: { type: 'parallel', states: { one: { initial: 'x', states: { x: {} } }, two: { states: {}, id: 'deep' } } },
      },
    });
    expect(problemsOf(() => machine)).toEqual([]);
  });

  it('a region that leads into another one', () => {
    const regions = (go: object) => ({
      id: 'm',
      type: 'parallel' as const,
      on: { clear: '.talk.idle' },
      states: {
        talk: { initial: 'idle', states: { idle: { on: { go: 'busy' } }, busy: {} } },
        box: { initial: 'shut', states: { shut: { on: go }, open: { on: { close: 'shut' } } } },
      },
    });
    expect(problemsOf(() => createMachine(regions({ open: 'open' })))).toEqual([]);
    expect(problemsOf(() => createMachine(regions({ open: ['open', '#m.talk.idle'] })))).toEqual([
      "'m.box.shut' leads into another region, to 'm.talk.idle'",
    ]);
  });

  it('a chart with more than names', () => {
    const source = `
      import { room, theContext, elsewhere, more } from './vocabulary.ts';
      type State = Parameters<typeof room.createStateConfig>[0];
      const idle: State = { on: { go: { guard: ({ context }) => context.on, target: 'busy' } } };
      const busy: State = { entry: { type: 'say', params: { key: 'busy' } } };
      const fixed = { tags: 'busy' } as const;
      const checked = { tags: 'busy' } satisfies State;
      const made = room.createStateConfig({});
      export const machine = room.createMachine({
        context: theContext,
        states: { idle, busy, fixed, checked, made, elsewhere, far: elsewhere, near: { ...more } },
      });
    `;
    expect(formFaultsOf(source)).toEqual([
      'a function: ({ context }) => context.on',
      "params: params: { key: 'busy' }",
      "more than a plain value: { tags: 'busy' } as const",
      "more than a plain value: { tags: 'busy' } satisfies State",
      'imported: elsewhere',
      'imported: far: elsewhere',
      'imported: ...more',
      'calls room.createStateConfig',
    ]);
  });

  it('an impure source', () => {
    const source = `
      import { setup } from 'xstate';
      import fs from 'node:fs';
      import type { A } from './model.ts';
      import type { B } from '../src/ports.ts';
      const late = import('./other.ts'), later = import('ws');
      export const now = Date.now() + Math.random() + process.pid + Math.max(1, 2);
    `;
    expect(impuritiesOf(source)).toEqual([
      "imports 'node:fs'",
      "imports '../src/ports.ts'",
      "imports 'ws'",
      'speaks of Date',
      'speaks of Math.random',
      'speaks of process',
    ]);
  });

  it('but what comments and strings say does not count', () => {
    expect(impuritiesOf(`/** No Date here. */ export const word = 'process'; // Math.random`)).toEqual([]);
  });
});
