/** The `event_fields` of a filter: which parts of an event a client gets. */
import { isObject, type Json } from './json.ts';

/** The parts of a filter's path: names with dots between them, `\.` for a dot within a name. */
export function readPath(field: string): string[] {
  return [...field.matchAll(/(?:\\.|[^.\\])+/gs)].map(([name]) => name.replaceAll(/\\([.\\])/g, '$1'));
}

/** A copy of the event with nothing but what stands at these paths; what is not there stays away. */
export function onlyFields(event: Json, paths: readonly string[][]): Json {
  const result: Json = {};
  for (const path of paths) copyField(event, result, path);
  return result;
}

function copyField(from: Json, to: Json, [name, ...rest]: string[]): void {
  if (name === undefined || !Object.hasOwn(from, name)) return;
  const value = from[name];
  if (rest.length === 0) {
    to[name] = value;
    return;
  }
  if (!isObject(value)) return;
  const inner: Json = {};
  copyField(value, inner, rest);
  if (Object.keys(inner).length === 0) return;
  const before = Object.hasOwn(to, name) ? to[name] : {};
  to[name] = { ...(isObject(before) ? before : {}), ...inner };
}
