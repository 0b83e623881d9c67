/** The variables of the environment, and the files that they name (`…_FILE`), read and checked. */
import type { z } from 'zod';
import { hintOf } from './about.ts';
import { problemsOf, type Wording } from './issues.ts';
import { type Problem } from './problem.ts';
import { partsOf } from './schema.ts';
import { Environment, misspelt, plainNames, secretNames } from './variables.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Gives the text of a file; throws what `node:fs` throws. */
export type ReadFile = (path: string) => string;

/** One of them is needed. */
const credentials = ['MATRIX_PASSWORD', 'MATRIX_ACCESS_TOKEN'] as const;

const parts = partsOf(Environment);

const wording: Wording = {
  where: (at) => String(at[0]),
  hint: (name) => hintOf(parts.get(name)) ?? '',
  knownKeys: () => [],
};

/** Reads the variables; `values` is null where a problem forbids it. Variables that are empty count as not set. */
export function readEnvironment(env: Env, readFile: ReadFile): { values: Environment | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const raw = setAmong(plainNames, env);
  for (const name of secretNames) {
    const found = readSecret(name, env, readFile);
    if (found !== null && typeof found === 'object') problems.push(found);
    else if (found !== null) raw[name] = found;
  }
  if (problems.length === 0 && credentials.every((name) => raw[name] === undefined)) {
    problems.push({
      where: 'MATRIX_ACCESS_TOKEN',
      value: null,
      problem: 'is missing',
      hint: hintWhereMissing(
        [...secretNames, ...secretNames.map((name) => `${name}_FILE`)],
        env,
        'MATRIX_ACCESS_TOKEN',
      ),
    });
  }
  const parsed = Environment.safeParse(raw);
  if (parsed.success) return { values: parsed.data, problems };
  const found = problemsOf(parsed.error, raw, wording).map((problem) => {
    const { where } = problem;
    if ((secretNames as readonly string[]).includes(where)) return { ...problem, value: null };
    return raw[where] === undefined ? { ...problem, hint: hintWhereMissing([where], env, where) } : problem;
  });
  return { values: null, problems: [...found, ...problems] };
}

/** What would be right for `name`, where none of `names` is set: perhaps one of them is, under another spelling. */
export function hintWhereMissing(names: readonly string[], env: Env, name: string): string {
  const other = misspelt(names, env);
  return `${other === null ? '' : `${other} is set: is that a slip of the pen? `}${wording.hint(name)}`;
}

/** The same for these variables alone. */
export function readVariables<Schema extends z.ZodObject>(
  schema: Schema,
  env: Env,
): { values: z.infer<Schema> | null; problems: Problem[] } {
  const raw = setAmong(Object.keys(schema.shape), env);
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { values: parsed.data, problems: [] };
  return { values: null, problems: problemsOf(parsed.error, raw, wording) };
}

function setAmong(names: readonly string[], env: Env): Record<string, string> {
  const set = names.map((name) => [name, env[name] ?? ''] as const).filter(([, value]) => value.trim() !== '');
  return Object.fromEntries(set);
}

/** The secret, the problem with it, or null where there is none. */
function readSecret(name: (typeof secretNames)[number], env: Env, readFile: ReadFile): string | Problem | null {
  const value = env[name] || null;
  const where = `${name}_FILE`;
  const file = env[where]?.trim() || null;
  if (file === null) return value;
  if (value !== null) {
    return { where, value: null, problem: `and ${name} are both set`, hint: 'set one of them' };
  }
  try {
    const content = readFile(file).replace(/\r?\n$/, '');
    if (content !== '') return content;
    return {
      where,
      value: JSON.stringify(file),
      problem: 'is an empty file',
      hint: 'put the secret into it, on one line',
    };
  } catch (error) {
    return {
      where,
      value: JSON.stringify(file),
      problem: whyUnreadable(error),
      hint: 'the path of a file with the secret',
    };
  }
}

/** What to say of a file that could not be read. */
export function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const reasons: Partial<Record<string, string>> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EISDIR: 'is a folder, not a file',
    ENOTAFILE: 'is no file, but a pipe, a device or a socket',
    EFBIG: 'is longer than any such file',
  };
  return reasons[code] ?? `cannot be read (${code})`;
}
