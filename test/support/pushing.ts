/** Take it for an agent that speaks of its own accord: what it posts, and what the service says to it. */
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';

export const TOKEN = 'token-of-the-agents';

/** A file with the token, in this folder. */
export function tokenFile(folder: string): string {
  const file = path.join(folder, 'push-token');
  writeFileSync(file, `${TOKEN}\n`);
  return file;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Said {
  status: number;
  body: unknown;
}

/** Posts to the conversation of an agent; a text goes as it is. */
export async function post(
  base: string,
  { agent = 'a', chat, token = TOKEN }: { agent?: string; chat: string; token?: string | null },
  body: object | string,
): Promise<Said> {
  const response = await fetch(`${base}/agents/${encodeURIComponent(agent)}/chats/${chat}/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
