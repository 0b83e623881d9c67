/** Take it to stop what a bot asks of its homeserver at a moment of your choice: a proxy in between that holds requests. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * - `before`: the homeserver has not heard of it
 * - `midway`: half of what is uploaded has gone there, or half of what is downloaded has come back
 * - `after`: the homeserver did it, and whoever asked does not know
 */
export type Moment = 'before' | 'midway' | 'after';

export interface Hold {
  /** Resolves when a request is held. */
  held: Promise<void>;
  release(): void;
}

export interface Gate {
  url: string;
  /** What was asked so far, as `method path`. */
  asked: string[];
  /** Holds the next request (and those after it) whose `method path` is like that. */
  hold(like: RegExp, moment: Moment): Hold;
  close(): Promise<void>;
}

export const download = /^GET \/_matrix\/client\/v1\/media\/download\//;
export const upload = /^POST \/_matrix\/media\/v3\/upload$/;
export const message = /^PUT \/_matrix\/client\/v3\/rooms\/[^/]+\/send\/m\.room\.message\//;

interface Barrier {
  like: RegExp;
  moment: Moment;
  arrive(): void;
  open: Promise<void>;
}

export async function startGate(target: string): Promise<Gate> {
  const asked: string[] = [];
  let barriers: Barrier[] = [];
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });

  async function pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const line = `${request.method} ${decodeURIComponent((request.url ?? '').split('?', 1)[0] ?? '')}`;
    asked.push(line);
    const barrier = barriers.find(({ like }) => like.test(line));
    const stop = async (moment: Moment) => {
      if (barrier?.moment !== moment) return;
      barrier.arrive();
      await barrier.open;
      if (response.destroyed) throw new Error('whoever asked is gone');
    };
    // Bodies are small here, but for the sync, which is never held.
    const body = await buffer(request);
    await stop('before');
    const isUpload = body.length > 0;
    const { method = '', url = '', headers } = request;
    const onward = http.request(new URL(url, target), { method, headers, agent });
    response.on('close', () => onward.destroy());
    const answered = once(onward, 'response') as Promise<[http.IncomingMessage]>;
    answered.catch(() => undefined);
    if (isUpload) {
      onward.write(body.subarray(0, body.length >> 1));
      await stop('midway');
    }
    onward.end(isUpload ? body.subarray(body.length >> 1) : undefined);
    const [answer] = await answered;
    const content = await buffer(answer);
    await stop('after');
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (!isUpload && barrier?.moment === 'midway') {
      response.write(content.subarray(0, content.length >> 1));
      await stop('midway');
      response.end(content.subarray(content.length >> 1));
    } else response.end(content);
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    hold(like, moment) {
      const [arrived, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const barrier = { like, moment, arrive: arrived.resolve, open: opened.promise };
      barriers.push(barrier);
      return {
        held: arrived.promise,
        release() {
          barriers = barriers.filter((one) => one !== barrier);
          opened.resolve();
        },
      };
    },
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
