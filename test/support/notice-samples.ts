/** A notice of each kind, made from the table: whoever needs "all notices" takes these instead of a list of its own. */
import { z } from 'zod';
import { Notice, notices, type NoticeKey } from '../../machines/notices.ts';

/** Values that fields may have: a field takes the first that fits it, a boolean both. */
const candidates = ['Rome', '@ada:example.org', '!room:example.org', 2, false, true];

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** All values of a field that make a difference to words. */
function valuesFor(schema: z.core.$ZodType): unknown[] {
  if (schema instanceof z.ZodEnum) return schema.options;
  if (schema instanceof z.ZodNullable) return [null, ...valuesFor(schema.unwrap())];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(valuesFor);
  if (schema instanceof z.ZodLiteral) return [...schema.values];
  if (schema instanceof z.ZodOptional) return [undefined, ...valuesFor(schema.unwrap())];
  if (schema instanceof z.ZodArray) {
    const [first, ...others] = valuesFor(schema.element as z.core.$ZodType);
    return others.length === 0 ? [[first], []] : [[first, ...others], [first], []];
  }
  if (schema instanceof z.ZodObject) return combined(schema.shape as Shape);
  const fit = candidates.filter((value) => z.safeParse(schema, value).success);
  return typeof fit[0] === 'boolean' ? fit : fit.slice(0, 1);
}

/** Beyond so many combinations each value comes once. */
const MOST_COMBINED = 1_000;

/** Every combination of the values of the fields. */
function combined(shape: Shape): object[] {
  const fields = Object.entries(shape).map(([name, schema]) => [name, valuesFor(schema)] as const);
  if (fields.reduce((product, [, values]) => product * values.length, 1) > MOST_COMBINED) {
    const plain = Object.fromEntries(fields.map(([name, [first]]) => [name, first]));
    return fields.flatMap(([name, values]) => values.map((value) => ({ ...plain, [name]: value })));
  }
  return Object.entries(shape).reduce<object[]>(
    (known, [name, schema]) => valuesFor(schema).flatMap((value) => known.map((so) => ({ ...so, [name]: value }))),
    [{}],
  );
}

/** A notice in all its forms. */
export function formsOf(key: NoticeKey): Notice[] {
  const forms = combined(notices[key].values).map((values) => ({ key, ...values }));
  if (forms.length === 0)
    throw new Error(`no sample for '${key}': a field needs a value in test/support/notice-samples`);
  return forms.map((form) => Notice.parse(form));
}

export const noticeKeys = Object.keys(notices) as NoticeKey[];
