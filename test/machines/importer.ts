/** What Stately's importer reads in the source of a chart, and what the live machine says, in the same words. */
import reader from 'machine-reader';
import type { AnyStateMachine } from 'xstate';

/** A piece of a chart's configuration, as it is written or as it was read. */
type Part = Record<string, unknown>;

interface Move {
  /** `on text.received`, `after stopLimit` or `always`. */
  when: string;
  guard: string | null;
  targets: string[];
  actions: string[];
}

export interface Outline {
  /** The keys down to the state. */
  path: string;
  id: string | null;
  type: string | null;
  initial: string | null;
  description: string | null;
  tags: string[];
  entry: string[];
  exit: string[];
  moves: Move[];
}

/** Every state of the first chart in a source, as the importer sees it. It knows no `reenter`: it reads for XState 4. */
export function imported(source: string): Outline[] {
  const [machine] = reader.extractMachinesFromFile(source)?.machines ?? [];
  return outlines(machine?.toConfig() ?? {}, '');
}

/** Every state of a machine as it runs. */
export function live(machine: AnyStateMachine): Outline[] {
  return outlines(machine.config as Part, '');
}

function outlines(part: Part, path: string): Outline[] {
  const moves = (kind: string, each: unknown) =>
    Object.entries((each ?? {}) as Part).flatMap(([name, some]) =>
      list(some).map((one) => move(`${kind} ${name}`, one)),
    );
  const own: Outline = {
    path,
    id: text(part['id']),
    type: text(part['type']),
    initial: text(part['initial']),
    description: text(part['description']),
    tags: list(part['tags']).map(String),
    entry: list(part['entry']).map(nameOf),
    exit: list(part['exit']).map(nameOf),
    moves: [
      ...moves('on', part['on']),
      ...moves('after', part['after']),
      ...list(part['always']).map((one) => move('always', one)),
    ],
  };
  const inner = Object.entries((part['states'] ?? {}) as Part);
  return [own, ...inner.flatMap(([key, state]) => outlines(state as Part, path === '' ? key : `${path} / ${key}`))];
}

function move(when: string, written: unknown): Move {
  const one = (typeof written === 'string' ? { target: written } : written) as Part;
  const guard = one['guard'] ?? one['cond'];
  return {
    when,
    guard: guard === undefined ? null : nameOf(guard),
    targets: list(one['target']).map(String),
    actions: list(one['actions']).map(nameOf),
  };
}

interface Named {
  type?: string;
  params?: unknown;
}

/** The name of a guard or an action; what has none shows as the importer's kind of code block, or as a function. */
function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  const { kind, action, ...own } = part as { kind?: string; action?: Named } & Named;
  if (kind !== undefined && kind !== 'named') return `(${kind})`;
  const { type = '(a function)', params = {} } = action ?? own;
  const written = typeof params === 'function' ? '(a function)' : JSON.stringify(params);
  return written === '{}' ? type : `${type} ${written}`;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
