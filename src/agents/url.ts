/**
 * What a configured agent address turned out to be: a base that ends in `/` and the query that goes with each connection
 * (`?key=…`, else empty), or a sentence that says why it is none.
 */
export type AgentBase = { ok: true; base: string; query: string } | { ok: false; reason: string };

/** What addresses of the earlier system named the memory with: the route does by now. */
const LEGACY = /^thread_id(?:=|$)/;

const schemes = new Map([
  ['ws:', 'ws:'],
  ['http:', 'ws:'],
  ['wss:', 'wss:'],
  ['https:', 'wss:'],
]);

/**
 * Reads an agent's address as people write it (http, https, ws or wss; with or without a path or the route's end) and
 * gives the WebSocket base that the route is joined to. The reason never repeats the address: it may hold secrets.
 */
export function parseAgentBase(address: string): AgentBase {
  if (!URL.canParse(address)) {
    return { ok: false, reason: 'the agent address is not a URL such as ws://host:8000/' };
  }
  const url = new URL(address);
  const scheme = schemes.get(url.protocol);
  if (scheme === undefined) {
    return { ok: false, reason: 'the agent address must begin with ws://, wss://, http:// or https://' };
  }
  const login = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
  return { ok: true, base: `${scheme}//${login}${url.host}${withoutRoute(url.pathname)}/`, query: queryOf(url) };
}

/** The WebSocket URL of one conversation; throws an Error with a clear sentence when `address` cannot be one. */
export function agentUrl(address: string, contextId: string): string {
  const parsed = parseAgentBase(address);
  if (!parsed.ok) throw new Error(parsed.reason);
  return `${parsed.base}v1/agent_ws/${encodeURIComponent(contextId)}/${parsed.query}`;
}

/** An agent's URL for the log, without what may be secret in it: login and query. */
export function withoutSecrets(url: string): string {
  return url.replace(/^(wss?:\/\/)[^/]*@/, '$1').replace(/\?.*$/s, '');
}

function queryOf({ search }: URL): string {
  const parts = search.slice(1).split('&');
  const kept = parts.filter((part) => part !== '' && !LEGACY.test(part));
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

function withoutRoute(path: string): string {
  return path
    .replace(/\/+$/, '/')
    .replace(/(\/v1)?\/agent_ws(\/[^/]+)?\/?$/, '')
    .replace(/\/+$/, '');
}
