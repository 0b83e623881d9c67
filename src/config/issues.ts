/** What zod finds wrong in a document becomes sentences that an operator can act on. */
import type { z } from 'zod';
import { type Problem, show, suggest } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** How one document speaks about its parts: `pattern` is a path with indexes and free keys left out, `agents[].id`. */
export interface Wording {
  where(path: Path): string;
  hint(pattern: string): string;
  knownKeys(pattern: string): readonly string[];
}

/** What zod found wrong with `raw`, in words for an operator: the first thing of each value. */
export function problemsOf(error: z.ZodError, raw: unknown, wording: Wording): Problem[] {
  const problems = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, issue.path, wording));
    const value = valueAt(raw, issue.path);
    const problem = describe(issue, value);
    const shown = issue.code === 'invalid_type' ? null : show(value);
    return [{ where: wording.where(issue.path), value: shown, problem, hint: wording.hint(patternOf(issue.path)) }];
  });
  return problems.filter(({ where }, index) => problems.findIndex((other) => other.where === where) === index);
}

/** The value under an unknown key is never shown: it may be a secret in the wrong place. */
function unknownKey(key: string, path: Path, wording: Wording): Problem {
  const hint = suggest(key, wording.knownKeys(patternOf(path)));
  return { where: wording.where([...path, key]), value: null, problem: 'is an unknown key', hint };
}

/** `['agents', 0, 'base_url']` as `agents[0].base_url`; keys that are no plain words are quoted. */
export function pathText(path: Path): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return /^\w+$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(String(part))}]`;
    })
    .join('')
    .replace(/^\./, '');
}

function patternOf(path: Path): string {
  return pathText(path).replace(/\[[^\]]*\]/g, '[]');
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], raw);
}

function describe(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return `is ${kindOf(value)}${scalar(value)}, but must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string') return 'is blank';
      return issue.origin === 'array' ? 'is an empty list' : `is below ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? `is longer than ${issue.maximum} characters` : `is above ${issue.maximum}`;
    case 'invalid_value':
      return `is none of ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function scalar(value: unknown): string {
  return typeof value === 'object' || isNoFiniteNumber(value) ? '' : ` (${show(value)})`;
}

function isNoFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isFinite(value);
}

const kinds: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What a value of YAML is, in the words of YAML. */
export function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isNoFiniteNumber(value)) return String(value);
  const words: Partial<Record<string, string>> = { string: 'text', number: 'a number', boolean: 'a boolean' };
  return words[typeof value] ?? 'a mapping';
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
