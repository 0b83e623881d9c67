/** Take it for requests that no client sends, and for exact answers: plain HTTP. Paths without `/_matrix` stand under `/v3`. */
import { secret } from './leaks.ts';

interface Reply {
  status: number;
  body: unknown;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Http {
  /** Any request, any answer. */
  request(method: string, path: string, body?: unknown, query?: Query): Promise<Reply>;
  /** The body of a 200; rejects with the whole answer otherwise. The caller says what it holds. */
  get<T>(path: string, query?: Query): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
}

/** One login of one user. */
export interface Session extends Http {
  readonly userId: string;
  readonly deviceId: string;
  readonly token: string;
}

/** Requests to `homeserver`, with `token` if there is one. */
export function http(homeserver: string, token?: string): Http {
  const request = async (method: string, path: string, body?: unknown, query: Query = {}): Promise<Reply> => {
    const url = new URL(homeserver + (path.startsWith('/_') ? path : `/_matrix/client/v3${path}`));
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const response = await fetch(url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  };
  const ok = async <T>(method: string, path: string, body?: unknown, query?: Query): Promise<T> => {
    const reply = await request(method, path, body, query);
    if (reply.status !== 200) throw new Error(`${method} ${path} got ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply.body as T;
  };
  return {
    request,
    get: (path, query) => ok('GET', path, undefined, query),
    post: (path, body = {}) => ok('POST', path, body),
    put: (path, body) => ok('PUT', path, body),
  };
}

/** Logs in with a password; on the device of that name, else on a new one. */
export async function logIn(homeserver: string, user: string, password: string, device?: string): Promise<Session> {
  const answer = await http(homeserver).post<{ user_id: string; device_id: string; access_token: string }>('/login', {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
    ...(device === undefined ? {} : { device_id: device }),
  });
  return {
    userId: answer.user_id,
    deviceId: answer.device_id,
    token: secret(answer.access_token),
    ...http(homeserver, answer.access_token),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
