/** Who may ask the ops server what: whoever shows the token; without one, programs on this machine alone. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Where they may not: the status and why. */
export interface Refusal {
  status: 401 | 403;
  error: string;
}

/** Null for who may. */
export type Guard = (request: Pick<FastifyRequest, 'method' | 'headers' | 'ip'>) => Refusal | null;

export function createGuard(token: string | null): Guard {
  if (token !== null) return (request) => (shows(request.headers.authorization, token) ? null : notShown);
  return ({ method, headers, ip }) => {
    if (!isThisMachine(ip)) return { status: 403, error: 'Only programs on this machine may ask; see OPS_TOKEN.' };
    // Through a proxy on this machine others would be taken for programs on it.
    if (proxied.some((name) => headers[name] !== undefined)) {
      return { status: 403, error: 'Not through a proxy; see OPS_TOKEN.' };
    }
    // A page of elsewhere whose name was made to mean this machine sends that name.
    if (!isThisMachine(nameIn(headers.host ?? ''))) {
      return { status: 403, error: 'Ask by 127.0.0.1 or localhost; see OPS_TOKEN.' };
    }
    return method === 'GET' || !isOfAPage(headers) ? null : ofAPage;
  };
}

const proxied = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

const notShown: Refusal = { status: 401, error: 'Show the token: Authorization: Bearer <OPS_TOKEN>.' };
const ofAPage: Refusal = { status: 403, error: 'Pages in a browser may not do this; see OPS_TOKEN.' };

/** Browsers say so with every request that could change something. */
function isOfAPage({ origin, 'sec-fetch-site': site }: FastifyRequest['headers']): boolean {
  return origin !== undefined || (site !== undefined && site !== 'none');
}

function shows(authorization: string | undefined, token: string): boolean {
  const [, shown = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  // Of one length, so that the time says nothing.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(token));
}

/** Without its port. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '');
}

function isThisMachine(address: string): boolean {
  return /^(?:localhost|(?:::ffff:)?127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(address);
}
