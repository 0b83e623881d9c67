/** Take it to know what a bot asks of its homeserver: a proxy that notes every request and its answer. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Passed {
  method: string;
  /** Decoded, without the query. */
  path: string;
  status: number;
}

export interface CountingProxy {
  url: string;
  passed: Passed[];
  /** What a homeserver like Synapse counted against the account as a message, as `method path`. */
  counted(): string[];
  /** What it refused as too many. */
  limited(): string[];
  close(): Promise<void>;
}

/** Synapse counts messages, state and redactions, what changes a membership, and one for all that makes a room. */
const counts = [
  /^PUT \/_matrix\/client\/v3\/rooms\/[^/]+\/(?:send|state|redact)\//,
  /^POST \/_matrix\/client\/v3\/rooms\/[^/]+\/(?:join|invite|leave|kick|ban|unban)$/,
  /^POST \/_matrix\/client\/v3\/(?:createRoom$|join\/)/,
];

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const passed: Passed[] = [];
  /** Joining these again changes nothing. */
  const own = new Set<string>();
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const onward = http.request(new URL(url, target), { method, headers, agent }, (answer) => {
      const status = answer.statusCode ?? 0;
      passed.push({ method, path: decodeURIComponent(url.split('?', 1)[0] ?? ''), status });
      response.writeHead(status, answer.headers);
      answer.pipe(response);
      if (!url.endsWith('/createRoom') || status !== 200) return;
      void json(answer).then((made) => own.add((made as { room_id: string }).room_id));
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const linesOf = (isWanted: (line: string, status: number) => boolean) =>
    passed.flatMap(({ method, path, status }) => {
      const line = `${method} ${path}`;
      return isWanted(line, status) ? [line] : [];
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    counted: () =>
      linesOf((line, status) => status < 300 && counts.some((count) => count.test(line))).filter(
        (line) => !own.has(line.split('/join/')[1] ?? ''),
      ),
    limited: () => linesOf((_, status) => status === 429),
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
