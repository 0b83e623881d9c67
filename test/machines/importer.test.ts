/** Stately's published importer reads the charts as they are: a picture drawn from a file has lost nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import type { AnyStateMachine } from 'xstate';
import { describe, expect, it } from 'vitest';
import { imported, live } from './importer.ts';

const folder = new URL('../../machines/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.machine.ts'));
const sourceOf = (file: string) => readFileSync(new URL(file, folder), 'utf8');

async function machineIn(file: string): Promise<AnyStateMachine> {
  const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
  const [machine] = Object.values(exported).filter((value) => typeof value === 'object' && value && 'root' in value);
  return machine as AnyStateMachine;
}

describe('the importer', () => {
  it.each(files)('loses nothing of %s', async (file) => {
    const read = imported(sourceOf(file));
    expect(read).toEqual(live(await machineIn(file)));
    expect(read.flatMap(({ moves }) => moves).length).toBeGreaterThan(10);
  });

  it.each([
    ['a state made by a function', `states: { a: make() }`, []],
    ['an imported state', `states: { a: imported }`, []],
    ['a chapter that is constant', `states: { a: fixed }`, []],
    ['a chapter that satisfies a type', `states: { a: checked }`, []],
    ['a plain state', `states: { a: chapter }`, ['a']],
    ['a spread of one', `states: { a: { ...chapter, states: { b: {} } } }`, ['a', 'a / b']],
  ])('can lose something: %s', (_, states, paths) => {
    const source = `
      import { imported, make, x } from './elsewhere.ts';
      const chapter: State = { on: { go: { guard: 'it holds', actions: 'act' } } };
      const fixed = { on: { go: 'a' } } as const;
      const checked = { on: { go: 'a' } } satisfies State;
      export const machine = x.createMachine({ id: 'm', ${states} });
    `;
    const read = imported(source).filter(({ path, moves }) => path !== '' && (path.includes('/') || moves.length > 0));
    expect(read.map(({ path }) => path)).toEqual(paths);
  });

  it('takes a function for a code block without a name', () => {
    const source = `x.createMachine({ on: { go: { guard: ({ context }) => context.on, actions: () => {} } } })`;
    const [{ moves } = { moves: [] }] = imported(source);
    expect(moves).toEqual([{ when: 'on go', guard: '(inline)', targets: [], actions: ['(inline)'] }]);
  });
});
