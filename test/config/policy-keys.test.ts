/** Every key of the policy, whichever there are: what one of them lacks is told here by its name. */
import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hintOf, purposeOf } from '../../src/config/about.ts';
import { camel, camelName } from '../../src/config/camel.ts';
import type { Policy } from '../../src/config/config.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { policyKeys, type PolicyKey, policyOf, valueAt } from '../../src/config/policy.ts';
import { WrittenPolicy } from '../../src/config/policy-keys.ts';
import { coreOf, defaultOf } from '../../src/config/schema.ts';
import { load, problemsWith } from './support.ts';

/** Other values than the defaults, of keys that are neither numbers nor choices. */
const others: Partial<Record<string, unknown>> = {
  'access.allowed': ['@ann:*'],
  'access.not_people': ['@telegram_*:example.org'],
  'access.contact': 'Ask Ann',
  operators: ['@ann:example.org'],
  'names.space': 'Rooms of {name}',
  'names.chat': 'No. {number}',
  'profile.name': 'Helper',
  'profile.avatar': 'mxc://example.org/bot',
  'profile.space_avatar': 'mxc://example.org/space',
  'profile.chat_avatar': 'mxc://example.org/chat',
};

const byPath = policyKeys.map((key) => [key.path, key] as const);
const numbers = policyKeys.flatMap((key) => {
  const core = coreOf(key.schema);
  return core instanceof z.ZodNumber ? [[key.path, key, core] as const] : [];
});
const choices = policyKeys.flatMap((key) => {
  const core = coreOf(key.schema);
  return core instanceof z.ZodEnum ? [[key.path, key, core.options.map(String)] as const] : [];
});

const config = load({}, 'agents: [{ id: a }]\nuser_agents: { "@ann:example.org": a }');

function otherThanDefault({ path, schema }: PolicyKey): unknown {
  const core = coreOf(schema);
  const possible =
    core instanceof z.ZodNumber
      ? [core.minValue, core.maxValue]
      : core instanceof z.ZodEnum
        ? core.options
        : core instanceof z.ZodBoolean
          ? [true, false]
          : [others[path] ?? expect.fail(`no other value of ${path}`)];
  return possible.find((value) => value !== defaultOf(schema));
}

/** A policy that says nothing but this. */
function saying({ path, part, key }: PolicyKey, value: unknown): object {
  return path === part ? { [part]: value } : { [part]: { [key]: value } };
}

/** The policy where nothing but this key is written; no rule looks at what does not go together. */
function policyWith(key: PolicyKey, value: unknown): Policy {
  return policyOf(WrittenPolicy.parse(saying(key, value)), config.matrix.userId);
}

const written = (key: PolicyKey, value: unknown) => `agents: [{ id: a }]\n${dump({ policy: saying(key, value) })}`;

test.each(byPath)('%s arrives under its name in the code, and alone', (_, key) => {
  const value = otherThanDefault(key);
  const part = camelName(key.part);
  const before = (config.policy as Record<string, unknown>)[part];
  const after =
    typeof before === 'object' && !Array.isArray(before) ? { ...before, [camelName(key.key)]: value } : value;
  expect(policyWith(key, value)).toEqual({ ...config.policy, [part]: after });
  expect(valueAt(policyWith(key, value), key)).toEqual(value);
});

test.each(byPath)('%s shows in check-config', (_, key) => {
  const policy = policyWith(key, otherThanDefault(key));
  expect(describeConfig({ ...config, policy })).not.toBe(describeConfig(config));
});

test.each(byPath)('%s says what it is for and what would be right', (_, { schema }) => {
  expect([purposeOf(schema), hintOf(schema)].filter((text) => text === undefined || text.length < 5)).toEqual([]);
});

describe.each(numbers)('%s', (path, key, { minValue, maxValue }) => {
  test('has bounds, and takes them and its default', () => {
    for (const value of [minValue, maxValue, defaultOf(key.schema)]) {
      expect(valueAt(load({}, written(key, value)).policy, key)).toBe(value);
    }
  });

  test.each([
    [minValue! - 1, `is below ${minValue}`],
    [maxValue! + 1, `is above ${maxValue}`],
  ])('does not take %d', (value, problem) => {
    expect(problemsWith(() => load({}, written(key, value)))).toEqual([
      { where: `agents.yaml: policy.${path}`, value: String(value), problem, hint: hintOf(key.schema) },
    ]);
  });
});

test('names of files become names of the code, lists are left as they are', () => {
  expect(camel({ a_key: { of_2_words: 1, plain: null }, list: [{ a_key: 1 }] })).toEqual({
    aKey: { of2Words: 1, plain: null },
    list: [{ a_key: 1 }],
  });
});

test.each(choices)('%s has words for each of its values, and says of all or none what they mean', (_, key, values) => {
  const { about } = key;
  if (typeof about.words === 'object' && about.words !== null) expect(Object.keys(about.words)).toEqual(values);
  if (about.choices !== undefined) expect(Object.keys(about.choices)).toEqual(values);
  expect(about.purpose).toContain('{}');
});
