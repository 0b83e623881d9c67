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

/** Under these stands what somebody said or named, whatever it looks like. */
const TEXTS = new Set(['body', 'text', 'markdown', 'name', 'words', 'excerpt', 'path', 'error', 'detail']);

/** Matrix ids; a number that somebody wrote, or a word with a sign before it, is none. */
const ID = /^(?:[!@$][^\s:]{1,200}:[\w.:[\]-]{1,100}|[!$][\w-]{43})$/;

/** The same with masked texts; `under`: the name it stands under. */
export function masked(value: unknown, under = ''): unknown {
  if (typeof value === 'string') return isShown(value, under) ? value : `<${value.length} characters>`;
  if (Array.isArray(value)) return value.map((one) => masked(one, under));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    // A state value names states by its keys and by its values.
    Object.entries(value).map(([name, inner]) => [name, name === 'value' ? inner : masked(inner, name)]),
  );
}

function isShown(text: string, under: string): boolean {
  // Agents name their questions themselves.
  if (under === 'id' && /\s/.test(text)) return false;
  return PLAIN.has(under) || (ID.test(text) && !TEXTS.has(under));
}
