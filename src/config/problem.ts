/** A problem of the configuration: where it is, what was found, what would be right. */
import { distance } from 'fastest-levenshtein';

/** One thing that is wrong in the configuration. `value` is what was found, ready to be shown; null where it is not. */
export interface Problem {
  /** The variable, or the file and the path in it: `MATRIX_USER_ID`, `matrix-agents.yaml: agents[0].id`. */
  where: string;
  value: string | null;
  problem: string;
  /** What would be right. */
  hint: string;
}

/** The configuration cannot be used; says everything that is wrong with it at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems));
    this.problems = problems;
  }
}

/** The problems as a list for people: where, what is wrong, and below it what would be right. */
function formatProblems(problems: readonly Problem[]): string {
  const width = Math.max(0, ...problems.map(({ where }) => where.length));
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const lines = problems.flatMap(({ where, value, problem, hint }) => [
    `  ${where.padEnd(width)}  ${value === null ? '' : `${value} `}${problem}`,
    `  ${' '.repeat(width)}  -> ${hint}`,
  ]);
  return [`The configuration has ${count}:`, ...lines.map(withoutControls)].join('\n');
}

/** The same as one sentence each. */
export function sentences(problems: readonly Problem[]): string[] {
  return problems.map(({ where, value, problem, hint }) =>
    withoutControls(`${where} ${value === null ? '' : `${value} `}${problem} -> ${hint}`),
  );
}

/** A found value on one line: quoted, without control characters or the credentials of a URL, cut at 80 characters. */
export function show(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  if (typeof value === 'string') return quoted(hideCredentials(value), 80);
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** A text that holds no secrets, in quotes on one line, without control characters, cut at `length` characters. */
export function quoted(text: string, length: number): string {
  const plain = withoutControls(JSON.stringify(text));
  return plain.length > length ? `${plain.slice(0, length - 1)}…` : plain;
}

function withoutControls(line: string): string {
  return line.replace(/\p{Cc}/gu, '?');
}

/** A URL without what could be secret in it: user, password, query and fragment. Matrix user ids stay as they are. */
export function hideCredentials(text: string): string {
  if (text.startsWith('@')) return text;
  const bare = text.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@').replace(/(\/\/.*?)([?#]).*$/s, '$1$2***');
  // Also of what is no URL yet, since something of it was forgotten.
  return bare.replace(/([?#&])[\w.%-]+=.*$/s, '$1***');
}

/** The known name that a misspelt one most probably means; null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  const extended = known.filter((other) => wanted.length >= 3 && other.toLowerCase().startsWith(wanted));
  if (extended.length === 1) return extended[0] ?? null;
  const [best] = known
    .map((other) => ({ other, far: distance(wanted, other.toLowerCase()) }))
    .sort((one, two) => one.far - two.far);
  return best !== undefined && best.far <= Math.max(2, Math.floor(name.length / 3)) ? best.other : null;
}

/** The hint for a name that is not known. */
export function suggest(name: string, known: readonly string[]): string {
  const best = nearest(name, known);
  if (best !== null) return `did you mean ${show(best)}?`;
  const listed = known.slice(0, 20).join(', ');
  return `known are: ${listed}${known.length > 20 ? ', …' : ''}`;
}
