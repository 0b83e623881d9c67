/** Reading zod's schemas: what stands in them, by path, and what they say about themselves. */
import { z } from 'zod';

/** The keys of a mapping, in order; none where the schema is no mapping. */
export function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  const core = coreOf(schema);
  return core instanceof z.ZodObject ? (core.shape as Record<string, z.ZodType>) : {};
}

/** The names of these keys. */
export function keysOf(schema: z.ZodType | undefined): readonly string[] {
  return schema === undefined ? [] : Object.keys(shapeOf(schema));
}

/** A schema and all that stands in it, by patterns: indexes and free keys are left out, `agents[].id`. */
export function partsOf(schema: z.ZodType, pattern = ''): Map<string, z.ZodType> {
  const core = coreOf(schema);
  const within: [string, z.ZodType][] = Object.entries(shapeOf(schema)).map(([key, part]) => [
    pattern === '' ? key : `${pattern}.${key}`,
    part,
  ]);
  if (core instanceof z.ZodArray) within.push([`${pattern}[]`, core.element as z.ZodType]);
  if (core instanceof z.ZodRecord) within.push([`${pattern}[]`, core.valueType as z.ZodType]);
  return new Map([[pattern, schema] as const, ...within.flatMap(([name, part]) => [...partsOf(part, name)])]);
}

/** The schema behind defaults, `optional` and `preprocess`. */
export function coreOf(schema: z.ZodType): z.ZodType {
  return layersOf(schema).at(-1) ?? schema;
}

/** What it stands for where nothing is written; undefined without a default. */
export function defaultOf(schema: z.ZodType): unknown {
  return layersOf(schema).find((layer) => layer instanceof z.ZodDefault)?.def.defaultValue;
}

/** What `.describe()` said: in this folder, what would be right. */
export function descriptionOf(schema: z.ZodType): string | undefined {
  return layersOf(schema).find(({ description }) => description !== undefined)?.description;
}

function layersOf(schema: z.ZodType): z.ZodType[] {
  const next = behind(schema);
  return next === null ? [schema] : [schema, ...layersOf(next)];
}

function behind(schema: z.ZodType): z.ZodType | null {
  if (schema instanceof z.ZodPipe) return schema.out as z.ZodType;
  const isWrapper =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly;
  return isWrapper ? (schema.unwrap() as z.ZodType) : null;
}
