import { nearest } from './problem.ts';

/** Variables that may come from a file named by `<name>_FILE`, and are never shown. */
export const secretNames = ['MATRIX_PASSWORD', 'MATRIX_ACCESS_TOKEN'] as const;

/** All other variables that this service reads. */
export const plainNames = [
  'MATRIX_HOMESERVER',
  'MATRIX_USER_ID',
  'MATRIX_DEVICE_ID',
  'MATRIX_AGENT_REGISTRY_PATH',
  'MATRIX_PLATFORM_BACKEND',
  'AGENT_BASE_URL',
  'AGENT_WS_URL',
  'SURFACES_WORKSPACE_DIR',
  'STATE_DIR',
  'STATE_FSYNC',
  'LOG_LEVEL',
  'LOG_FORMAT',
  'OPS_HOST',
  'OPS_PORT',
] as const;

/** Variables of the compose files and of the agents' containers: known, and nothing to this service. */
const elsewhere = [
  'SURFACES_BOT_IMAGE',
  'SURFACES_BOT_DEV_IMAGE',
  'SURFACES_SHARED_VOLUME',
  'SURFACES_BOT_STATE_VOLUME',
  'SURFACES_SMOKE_VOLUME',
];
const ofAgentContainers = /^AGENT_(\d+_)?ID$/;

const replaced: Partial<Record<string, string>> = {
  MATRIX_DB_PATH: 'the state is in the folder STATE_DIR',
  MATRIX_STORE_PATH: 'the state is in the folder STATE_DIR',
  SURFACES_DEBUG_WS: 'use LOG_LEVEL=debug',
};

const ours = /^(MATRIX|STATE|OPS|AGENT|SURFACES|LOG)_/;

/** One sentence for each set variable that looks like ours and means nothing. Values are never shown. */
export function warnAboutVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const files = secretNames.map((name) => `${name}_FILE`);
  const known: readonly string[] = [...secretNames, ...files, ...plainNames];
  const silent = [...known, ...elsewhere];
  return Object.keys(env)
    .filter((name) => ours.test(name) && !silent.includes(name) && !ofAgentContainers.test(name))
    .sort()
    .map((name) => {
      const replacement = replaced[name];
      if (replacement !== undefined) return `${name} has no meaning any more: ${replacement}.`;
      const best = nearest(name, known);
      return `${name} is not a variable of this service${best === null ? '.' : `; did you mean ${best}?`}`;
    });
}
