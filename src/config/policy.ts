/** The policy in force: what was written, under the names of the code, with all defaults. */
import type { z } from 'zod';
import type { UserId } from '../../machines/ids.ts';
import { about, type About } from './about.ts';
import { camel, camelName } from './camel.ts';
import type { Policy } from './config.ts';
import { WrittenPolicy } from './policy-keys.ts';
import { shapeOf } from './schema.ts';

/** The policy of the bot `me`: by default everybody of its homeserver may invite it. */
export function policyOf(written: WrittenPolicy, me: UserId): Policy {
  const policy = camel(written);
  const { allowed = [`@*${me.slice(me.indexOf(':'))}`] } = policy.access;
  return { ...policy, access: { ...policy.access, allowed } };
}

/** What an absent registry file means. */
export function defaultPolicy(me: UserId): Policy {
  return policyOf(WrittenPolicy.parse({}), me);
}

/** A key of the policy: `limits.turn_ms` is `turn_ms` in the part `limits`; one that stands alone is a part by itself. */
export interface PolicyKey {
  path: string;
  part: string;
  key: string;
  schema: z.ZodType;
  about: About;
}

/** Every key, in the order in which they are listed. */
export const policyKeys: readonly PolicyKey[] = Object.entries(WrittenPolicy.shape).flatMap(([part, schema]) => {
  const keys = Object.entries(shapeOf(schema));
  if (keys.length === 0) return [keyAt(part, part, part, schema)];
  return keys.map(([key, within]) => keyAt(`${part}.${key}`, part, key, within));
});

function keyAt(path: string, part: string, key: string, schema: z.ZodType): PolicyKey {
  const said = about.get(schema);
  if (said === undefined)
    throw new Error(`policy.${path} says nothing about itself: give it .register(about, …) in policy-keys.ts`);
  return { path, part, key, schema, about: said };
}

/** The policy with what another one says at these keys. */
export function withKeys(policy: Policy, other: Policy, keys: readonly PolicyKey[]): Policy {
  const all: Record<string, unknown> = { ...policy };
  for (const each of keys) {
    const { path, part, key } = each;
    const value = valueAt(other, each);
    const name = camelName(part);
    all[name] = path === part ? value : { ...(all[name] as object), [camelName(key)]: value };
  }
  return all as Policy;
}

/** What a policy says at a key. */
export function valueAt(policy: Policy, { path, part, key }: PolicyKey): unknown {
  const values: Record<string, unknown> = policy;
  const value = values[camelName(part)];
  return path === part ? value : (value as Record<string, unknown> | undefined)?.[camelName(key)];
}
