/**
 * What an inspector may see of an event or a snapshot: its shape, ids and words of the chart; what people and agents
 * say, what rooms and files are called, is only counted.
 */

/** Under these names stand words of the house, never anybody's own. */
const PLAIN = new Set([
  ...['type', 'status', 'value', 'tags', 'key', 'keys', 'why', 'kind', 'role', 'assignment', 'standing', 'class'],
  ...['outcome', 'trouble', 'stoppedFor', 'code', 'id', 'at', 'event', 'device', 'operation', 'spaceOperation'],
  ...['agent', 'contextId', 'stored', 'actorId'],
]);

/** Matrix ids. */
const ID = /^[!@$#+][\w.~/=+@:-]{1,254}$/;

/** The same with masked texts; `under`: the name it stands under. */
export function masked(value: unknown, under = ''): unknown {
  if (typeof value === 'string') return PLAIN.has(under) || ID.test(value) ? value : `<${value.length} characters>`;
  if (Array.isArray(value)) return value.map((one) => masked(one, under));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    // A state value names states by its keys and by its values.
    Object.entries(value).map(([name, inner]) => [name, name === 'value' ? inner : masked(inner, name)]),
  );
}
