/** The policy in the words of its keys, `About.words`. */
import type { About } from './about.ts';
import type { Policy } from './config.ts';
import { policyKeys, valueAt } from './policy.ts';
import { quoted } from './problem.ts';

const LONGEST_TEXT = 80;

/** What the key at this path says, and what the keys say that it names. */
export function wordsOf(policy: Policy, path: string): string {
  const key = policyKeys.find((one) => one.path === path);
  if (key === undefined) throw new Error(`the policy has no key ${path}`);
  const { words, wordsOfZero, unit } = key.about;
  const value = valueAt(policy, key);
  const always = typeof words === 'string' ? words : words?.[String(value)];
  const text = value === 0 ? (wordsOfZero ?? always) : always;
  if (text === undefined) throw new Error(`policy.${path} has no words for ${String(value)}`);
  return text.replace(placeholder, (_, other: string) => (other === '' ? shown(value, unit) : wordsOf(policy, other)));
}

/** Each part of the policy with what its keys say, but for those that are told elsewhere, in other words or by others. */
export function wordsOfParts(policy: Policy, elsewhere: readonly string[]): [string, string][] {
  const told = new Set([...elsewhere, ...policyKeys.flatMap(({ about }) => namedIn(about.words))]);
  const here = policyKeys.filter(({ path, about }) => about.words !== null && !told.has(path));
  return [...Map.groupBy(here, ({ part }) => part)].map(([part, keys]) => [
    part,
    keys.map(({ path }) => wordsOf(policy, path)).join('; '),
  ]);
}

const placeholder = /\{([^{}]*)\}/g;

function namedIn(words: About['words']): string[] {
  const texts = typeof words === 'string' ? [words] : Object.values(words ?? {});
  return texts.flatMap((text) => [...text.matchAll(placeholder)].map(([, name = '']) => name));
}

function shown(value: unknown, unit: string | undefined): string {
  if (typeof value === 'string') return quoted(value, LONGEST_TEXT);
  return unit === undefined ? String(value) : `${String(value)} ${unit}`;
}
