import { z } from 'zod';
import { problemsOf, type Wording } from './issues.ts';
import { type Problem } from './problem.ts';
import { agentUrl, folder, homeserverUrl, userId } from './values.ts';
import { plainNames, secretNames } from './variables.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Gives the text of a file; throws what `node:fs` throws. */
export type ReadFile = (path: string) => string;

const lowerCase = z.string().trim().toLowerCase();
const word = z.string().trim().min(1).max(255).regex(/^\S+$/, 'contains blanks');
const path = z.string().trim().min(1);
const secret = z.string().min(1).max(16_384).optional();

const port = lowerCase
  .regex(/^(off|\d{1,5})$/, 'is no port')
  .transform((value) => (value === 'off' ? null : Number(value)))
  .refine((value) => value === null || value <= 65_535, 'is no port');

const Environment = z.object({
  MATRIX_HOMESERVER: homeserverUrl,
  MATRIX_USER_ID: userId,
  MATRIX_PASSWORD: secret,
  MATRIX_ACCESS_TOKEN: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]+$/, 'is not one word of plain characters')
    .optional(),
  MATRIX_DEVICE_ID: word.optional(),
  MATRIX_AGENT_REGISTRY_PATH: path.optional(),
  MATRIX_PLATFORM_BACKEND: lowerCase.pipe(z.enum(['real', 'mock'])).default('real'),
  AGENT_BASE_URL: agentUrl.optional(),
  AGENT_WS_URL: agentUrl.optional(),
  SURFACES_WORKSPACE_DIR: folder.default('/agents'),
  STATE_DIR: path.default('./state'),
  STATE_FSYNC: lowerCase.pipe(z.enum(['on', 'off'])).default('on'),
  LOG_LEVEL: lowerCase.pipe(z.enum(['debug', 'info', 'warn', 'error', 'silent'])).default('info'),
  LOG_FORMAT: lowerCase.pipe(z.enum(['json', 'pretty'])).optional(),
  OPS_HOST: word.default('127.0.0.1'),
  OPS_PORT: port.default(9090),
});

export type Environment = z.infer<typeof Environment>;

const hints: Record<keyof Environment, string> = {
  MATRIX_HOMESERVER: 'the URL of the homeserver, for example https://matrix.example.org',
  MATRIX_USER_ID: 'the Matrix user id of this service, for example @roomkeeper:example.org',
  MATRIX_PASSWORD: 'the password of MATRIX_USER_ID, or its file in MATRIX_PASSWORD_FILE',
  MATRIX_ACCESS_TOKEN:
    'set MATRIX_ACCESS_TOKEN or MATRIX_PASSWORD, or one of them as a file with _FILE behind its name',
  MATRIX_DEVICE_ID: 'one word; or leave it out',
  MATRIX_AGENT_REGISTRY_PATH: 'the path of the YAML file that lists the agents, for example config/matrix-agents.yaml',
  MATRIX_PLATFORM_BACKEND: 'real (agents of the registry) or mock (a reference agent in this process)',
  AGENT_BASE_URL: 'where agents without base_url listen, for example http://127.0.0.1:8000',
  AGENT_WS_URL: 'remove it and set AGENT_BASE_URL, for example http://127.0.0.1:8000',
  SURFACES_WORKSPACE_DIR: 'an absolute folder for agents without workspace_path, for example /agents',
  STATE_DIR: 'the folder of the state, for example ./state',
  STATE_FSYNC: 'on (a power failure loses nothing) or off (faster)',
  LOG_LEVEL: 'debug, info, warn, error or silent',
  LOG_FORMAT: 'json or pretty',
  OPS_HOST: 'the address that the ops server listens on, for example 127.0.0.1',
  OPS_PORT: 'a port from 0 (any free one) to 65535, or off',
};

const wording: Wording = {
  where: (at) => String(at[0]),
  hint: (name) => hints[name as keyof Environment],
  knownKeys: () => [],
};

/** Reads the variables; `values` is null where a problem forbids it. Variables that are empty count as not set. */
export function readEnvironment(env: Env, readFile: ReadFile): { values: Environment | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const raw: Record<string, string> = {};
  for (const name of plainNames) {
    const value = env[name];
    if (value !== undefined && value.trim() !== '') raw[name] = value;
  }
  for (const name of secretNames) {
    const found = readSecret(name, env, readFile);
    if (found !== null && typeof found === 'object') problems.push(found);
    else if (found !== null) raw[name] = found;
  }
  if (problems.length === 0 && secretNames.every((name) => raw[name] === undefined)) {
    problems.push({
      where: 'MATRIX_ACCESS_TOKEN',
      value: null,
      problem: 'is missing',
      hint: hints.MATRIX_ACCESS_TOKEN,
    });
  }
  const parsed = Environment.safeParse(raw);
  if (parsed.success) return { values: parsed.data, problems };
  const found = problemsOf(parsed.error, raw, wording).map((problem) =>
    (secretNames as readonly string[]).includes(problem.where) ? { ...problem, value: null } : problem,
  );
  return { values: null, problems: [...found, ...problems] };
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
  };
  return reasons[code] ?? `cannot be read (${code})`;
}
