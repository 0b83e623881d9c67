/** Which request goes to which endpoint, and what an endpoint gets. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { invalidParam, unrecognized } from './errors.ts';
import { parseObject, type Json } from './json.ts';
import type { Caller, World } from './world.ts';

/** An answer that is no JSON. */
export interface FileAnswer {
  content: Readable;
  bytes: number;
  headers: Record<string, string>;
}

export type Answer = Json | FileAnswer | readonly unknown[];

/** A request to an endpoint that asks for no token. */
export interface OpenCall {
  world: World;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body as it comes, for a route that streams. */
  content: AsyncIterable<Uint8Array>;
  /** Aborted when the connection ends. */
  signal: AbortSignal;
}

export interface Call extends OpenCall {
  caller: Caller;
}

interface RouteShape {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` stands for one segment; `:name?` at the end for one or none. */
  path: string;
  /** Takes the body as it comes, however long, in the place of a megabyte at most. */
  streams?: true;
}

export type Route =
  | (RouteShape & { open?: never; handle: (call: Call) => Answer | Promise<Answer> })
  | (RouteShape & { open: true; handle: (call: OpenCall) => Answer | Promise<Answer> });

/** The request's JSON object; throws M_NOT_JSON or M_BAD_JSON. */
export const jsonOf = (call: OpenCall): Json => parseObject(call.body.toString('utf8'));

/** The same, where no body at all is as good as an empty one. */
export const optionalJsonOf = (call: OpenCall): Json => (call.body.length === 0 ? {} : jsonOf(call));

/** A path parameter; the route says that it is there. */
export const param = (call: OpenCall, name: string): string => call.params[name] ?? '';

export function integerQuery(query: URLSearchParams, name: string, fallback: number): number {
  const value = query.get(name);
  if (value === null) return fallback;
  if (!/^-?\d{1,15}$/.test(value)) throw invalidParam(`Query parameter ${name} must be an integer`);
  if (value.startsWith('-')) throw invalidParam(`Query parameter ${name} must be a positive integer.`);
  return Number(value);
}

export function booleanQuery(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw invalidParam(`Boolean query parameter '${name}' must be one of ['true', 'false']`);
}

export function choiceQuery<const Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: Choice[],
): Choice | null {
  const value = query.get(name);
  if (value === null) return null;
  const choice = choices.find((one) => one === value);
  if (choice === undefined) {
    throw invalidParam(`Query parameter '${name}' must be one of [${choices.map((one) => `'${one}'`).join(', ')}]`);
  }
  return choice;
}

interface Compiled {
  route: Route;
  segments: string[];
}

/** Finds the route of a request; throws 404 for an unknown path and 405 for a known one with another method. */
export type Router = (method: string, pathname: string) => { route: Route; params: Record<string, string> };

export function router(routes: Route[]): Router {
  const byLength = new Map<number, Compiled[]>();
  const add = (route: Route, segments: string[]) => {
    const group = byLength.get(segments.length) ?? [];
    group.push({ route, segments });
    byLength.set(segments.length, group);
  };
  for (const route of routes) {
    const segments = route.path.split('/');
    const last = segments.at(-1)!;
    if (last.endsWith('?')) {
      add(route, segments.slice(0, -1));
      segments[segments.length - 1] = last.slice(0, -1);
    }
    add(route, segments);
  }
  return (method, pathname) => {
    const given = decode(pathname.replace('/_matrix/client/r0/', '/_matrix/client/v3/'));
    let known = false;
    for (const { route, segments } of (given && byLength.get(given.length)) ?? []) {
      if (!given || !segments.every((segment, i) => segment.startsWith(':') || segment === given[i])) continue;
      known = true;
      if (route.method !== method && !(method === 'HEAD' && route.method === 'GET')) continue;
      const params: Record<string, string> = {};
      segments.forEach((segment, i) => {
        if (segment.startsWith(':')) params[segment.slice(1)] = given[i]!;
      });
      return { route, params };
    }
    throw unrecognized(known ? 405 : 404);
  };
}

function decode(pathname: string): string[] | null {
  try {
    return pathname.split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
}
