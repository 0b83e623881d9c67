/** Take it for what a compose file says of one service, with its variables filled in. */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { z } from 'zod';

const Service = z.strictObject({
  image: z.string(),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z.string().regex(/^\d+s$/),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.literal('ALL')).length(1),
  security_opt: z.array(z.literal('no-new-privileges:true')).length(1),
});

/** What the runtime has to know; strict, so that a key which nobody here honours is no surprise. */
export interface ComposeService {
  environment: Record<string, string>;
  volumes: { from: string; to: string; readOnly: boolean }[];
  isReadOnly: boolean;
  tmpfs: string[];
}

/** Throws where a variable that must be set is not, with what the file says of it. */
export function composeService(file: string, name: string, env: Record<string, string>): ComposeService {
  const { services } = z
    .looseObject({ services: z.record(z.string(), z.unknown()) })
    .parse(load(readFileSync(file, 'utf8')));
  const service = Service.parse(services[name]);
  const environment = Object.entries(service.environment).map(([key, value]) => [key, filled(value, env)] as const);
  filled(service.image, env);
  return {
    environment: Object.fromEntries(environment),
    volumes: service.volumes.map((volume) => {
      const [from = '', to = '', mode] = volume.split(':');
      return { from, to, readOnly: mode === 'ro' };
    }),
    isReadOnly: service.read_only,
    tmpfs: service.tmpfs,
  };
}

/** `${NAME:-otherwise}` and `${NAME:?why}`, as the compose specification has them. */
function filled(text: string, env: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_whole, name: string, kind?: string, more = '') => {
    const value = env[name] ?? '';
    if (value !== '' || kind === undefined) return value;
    if (kind === '?') throw new Error(`${name} ${more}`);
    return String(more);
  });
}
