/** JSON of which nothing is known yet, and what can be read from it. */
import { badJson, MatrixError, missingParam } from './errors.ts';

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one when it is none. */
export const objectOr = (value: unknown): Json => (isObject(value) ? value : {});

/** A request's JSON object; throws M_NOT_JSON or M_BAD_JSON. */
export function parseObject(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MatrixError(400, 'M_NOT_JSON', 'Content not JSON.');
  }
  if (!isObject(value)) throw badJson('Content must be a JSON object.');
  return value;
}

export function requireParams(body: Json, names: string[]): void {
  const missing = names.filter((name) => !(name in body));
  if (missing.length > 0) throw missingParam(`Missing params: [${missing.map((name) => `'${name}'`).join(', ')}]`);
}

/** Events hold canonical JSON only: no fractions, no integers beyond 2^53. */
export function requireCanonical(value: unknown): void {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw badJson('Bad JSON value: float');
    if (!Number.isSafeInteger(value)) throw badJson('JSON integer out of range');
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) requireCanonical(inner);
  }
}

/** Whether two JSON values say the same, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
