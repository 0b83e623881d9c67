/** What a configured agent address turned out to be: a base that ends in `/`, or a sentence that says why it is none. */
export type AgentBase = { ok: true; base: string } | { ok: false; reason: string };

const schemes = new Map([
  ['ws:', 'ws:'],
  ['http:', 'ws:'],
  ['wss:', 'wss:'],
  ['https:', 'wss:'],
]);

/**
 * Reads an agent's address as people write it (http, https, ws or wss; with or without a path or the route's end) and
 * gives the WebSocket base that the route is joined to. The reason never repeats the address: it may hold a password.
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
  return { ok: true, base: `${scheme}//${login}${url.host}${withoutRoute(url.pathname)}/` };
}

/** The WebSocket URL of one conversation; throws an Error with a clear sentence when `address` cannot be one. */
export function agentUrl(address: string, contextId: string): string {
  const parsed = parseAgentBase(address);
  if (!parsed.ok) throw new Error(parsed.reason);
  return `${parsed.base}v1/agent_ws/${encodeURIComponent(contextId)}/`;
}

/** An agent's URL for the log, without the login that may stand in it. */
export function withoutLogin(url: string): string {
  return url.replace(/^(wss?:\/\/)[^/]*@/, '$1');
}

function withoutRoute(path: string): string {
  return path
    .replace(/\/+$/, '/')
    .replace(/(\/v1)?\/agent_ws(\/[^/]+)?\/?$/, '')
    .replace(/\/+$/, '');
}
