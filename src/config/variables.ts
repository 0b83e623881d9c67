/** The environment: one row a variable, what would be right for it in `.describe()`. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { nearest } from './problem.ts';
import { agentUrl, folder, homeserverUrl, userId } from './values.ts';

const lowerCase = z.string().trim().toLowerCase();
const word = z.string().trim().min(1).max(255).regex(/^\S+$/, 'contains spaces');
const path = z.string().trim().min(1);

const port = lowerCase
  .regex(/^(off|\d{1,5})$/, 'is not a port')
  .transform((value) => (value === 'off' ? null : Number(value)))
  .refine((value) => value === null || value <= 65_535, 'is not a port');

export const Environment = z.object({
  MATRIX_HOMESERVER: homeserverUrl.describe('the URL of the homeserver, for example https://matrix.example.org'),
  MATRIX_USER_ID: userId.describe('the Matrix user id of this service, for example @roomkeeper:example.org'),
  MATRIX_PASSWORD: z
    .string()
    .min(1)
    .max(16_384)
    .optional()
    .describe('the password of MATRIX_USER_ID, or its file in MATRIX_PASSWORD_FILE'),
  MATRIX_ACCESS_TOKEN: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]+$/, 'has spaces or special characters in it')
    .optional()
    .describe('set MATRIX_ACCESS_TOKEN or MATRIX_PASSWORD, or one of them as a file with _FILE behind its name'),
  MATRIX_DEVICE_ID: word.optional().describe('one word; or leave it out'),
  MATRIX_AGENT_REGISTRY_PATH: path
    .optional()
    .describe('the path of the YAML file that lists the agents, for example config/matrix-agents.yaml'),
  MATRIX_PLATFORM_BACKEND: lowerCase
    .pipe(z.enum(['real', 'mock']))
    .default('real')
    .describe('real (agents of the registry) or mock (a reference agent in this process)'),
  MATRIX_CA_FILE: path
    .optional()
    .describe('a file of certificate authorities to trust besides the usual ones, in PEM; or leave it out'),
  SSL_CERT_FILE: path.optional().describe('remove it and set MATRIX_CA_FILE'),
  AGENT_BASE_URL: agentUrl
    .optional()
    .describe('where agents without base_url listen, for example http://127.0.0.1:8000'),
  AGENT_WS_URL: agentUrl.optional().describe('remove it and set AGENT_BASE_URL, for example http://127.0.0.1:8000'),
  SURFACES_WORKSPACE_DIR: folder
    .default('/agents')
    .describe('an absolute folder for agents without workspace_path, for example /agents'),
  STATE_DIR: path.default('./state').describe('the folder of the state, for example ./state'),
  STATE_FSYNC: lowerCase
    .pipe(z.enum(['on', 'off']))
    .default('on')
    .describe('on (a power failure loses nothing) or off (faster)'),
  LOG_LEVEL: lowerCase
    .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']))
    .default('info')
    .describe('trace, debug, info, warn, error or silent'),
  LOG_FORMAT: lowerCase
    .pipe(z.enum(['json', 'pretty']))
    .optional()
    .describe('json or pretty'),
  OPS_HOST: word.default('127.0.0.1').describe('the address that the ops server listens on, for example 127.0.0.1'),
  OPS_PORT: port.default(9090).describe('a port from 0 (any free one) to 65535, or off'),
  OPS_TOKEN: z
    .string()
    .trim()
    .max(1024)
    .regex(/^[\x21-\x7e]+$/, 'has spaces or special characters in it')
    .refine((value) => value.length >= 16, 'is shorter than 16 characters')
    .optional()
    .describe('at least 16 letters and digits that nobody guesses, or their file in OPS_TOKEN_FILE'),
  PUSH_HOST: word.default('127.0.0.1').describe('the address that agents push to, for example 127.0.0.1'),
  PUSH_PORT: port.default(null).describe('a port from 0 (any free one) to 65535, or off'),
});
export type Environment = z.infer<typeof Environment>;

/** Variables that may come from a file named by `<name>_FILE`, and are never shown. */
export const secretNames = [
  'MATRIX_PASSWORD',
  'MATRIX_ACCESS_TOKEN',
  'OPS_TOKEN',
] as const satisfies (keyof Environment)[];

/** All other variables that this service reads. */
export const plainNames = Object.keys(Environment.shape).filter((name) => !secretNames.some((one) => one === name));

/** Variables of the compose files and of the agents' containers: known, and nothing to this service. */
const elsewhere = [
  'SURFACES_BOT_IMAGE',
  'SURFACES_BOT_DEV_IMAGE',
  'SURFACES_SHARED_VOLUME',
  'SURFACES_BOT_STATE_VOLUME',
  'SURFACES_SMOKE_VOLUME',
  ...['PUSH_URL', 'PUSH_TOKEN', 'PUSH_TOKEN_FILE'],
];
const ofAgentContainers = /^AGENT_(\d+_)?ID$/;

const replaced: Partial<Record<string, string>> = {
  MATRIX_DB_PATH: 'the state is in the folder STATE_DIR',
  MATRIX_STORE_PATH: 'the state is in the folder STATE_DIR',
  SURFACES_DEBUG_WS: 'use LOG_LEVEL=debug, or trace',
};

const ours = /^(MATRIX|STATE|OPS|PUSH|AGENT|SURFACES|LOG|ROOMKEEPER)_/;

/** What Kubernetes sets in every container for a Service that happens to be called `matrix` or `agent-0`. */
const ofKubernetes = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)$/;

/** A shorter name is as near to those of other programs. */
const LONG_NAME = 12;
/** Letters that may be wrong in a name that does not begin as ours do. */
const FAR = 2;

const files = secretNames.map((name) => `${name}_FILE`);
const known: readonly string[] = [...secretNames, ...files, ...plainNames];

/** The set variable that was most probably meant to be called one of `names`; null where there is none. */
export function misspelt(names: readonly string[], env: Readonly<Record<string, string | undefined>>): string | null {
  const set = Object.keys(env).filter((name) => !known.includes(name) && (env[name] ?? '').trim() !== '');
  return set.sort().find((name) => names.includes(meantBy(name) ?? '')) ?? null;
}

/** The variable that this name most probably means; null for a name of somebody else. */
function meantBy(name: string): string | null {
  if (ours.test(name)) return nearest(name, known);
  const long = known.filter((one) => one.length >= LONG_NAME && Math.abs(one.length - name.length) <= FAR);
  const best = nearest(name, long);
  return best !== null && distance(best, name.toUpperCase()) <= FAR ? best : null;
}

/** One sentence for each set variable that looks like ours and means nothing. Values are never shown. */
export function warnAboutVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const silent = [...known, ...elsewhere];
  return Object.keys(env)
    .filter((name) => !silent.includes(name) && !ofAgentContainers.test(name) && !ofKubernetes.test(name))
    .filter((name) => ours.test(name) || meantBy(name) !== null)
    .sort()
    .map((name) => {
      const replacement = replaced[name];
      if (replacement !== undefined) return `${name} has no meaning any more: ${replacement}.`;
      const best = meantBy(name);
      return `${name} is not a variable of this service${best === null ? '.' : `; did you mean ${best}?`}`;
    });
}
