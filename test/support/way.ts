/** Take it for what stands between the service and its homeserver: a proxy that passes everything on, until it is told otherwise. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request on its way, and whose token it carries. */
export interface OnTheWay {
  method: string;
  /** As it was sent, with the query. */
  path: string;
}

export type Trouble =
  /** Answered so by the way itself; the homeserver hears nothing of it. */
  | { kind: 'answer'; status: number; body: string; headers?: Record<string, string> }
  /** The homeserver hears it, and half of its answer arrives. */
  | { kind: 'cut' }
  /** The homeserver hears it; its answer comes so much later, ms. */
  | { kind: 'slow'; ms: number }
  /** The homeserver hears it; its answer is changed on the way back. */
  | { kind: 'changed'; change: (body: string) => string };

export interface Way {
  url: string;
  /** What happens to requests from now on; null, or nothing for a request: it passes. */
  trouble: ((request: OnTheWay) => Trouble | null) | null;
  /** How many requests met trouble. */
  met: number;
  close(): Promise<void>;
}

export async function openWay(homeserver: string): Promise<Way> {
  const agent = new http.Agent({ keepAlive: true });
  const timers = new Set<NodeJS.Timeout>();

  function pass(request: http.IncomingMessage, body: Buffer, gone: AbortSignal): Promise<http.IncomingMessage> {
    const { method, headers, url = '/' } = request;
    return new Promise((resolve, reject) => {
      const onward = { method, headers, agent, signal: gone };
      http.request(new URL(url, homeserver), onward, resolve).once('error', reject).end(body);
    });
  }

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    const { method = '', url: path = '/' } = request;
    const trouble = way.trouble?.({ method, path }) ?? null;
    if (trouble !== null) way.met += 1;
    if (trouble?.kind === 'answer') {
      response.writeHead(trouble.status, { 'content-type': 'application/json', ...trouble.headers });
      response.end(trouble.body);
      return;
    }
    const gone = new AbortController();
    response.once('close', () => response.writableFinished || gone.abort());
    const answered = await pass(request, body, gone.signal);
    const { statusCode = 502, headers } = answered;
    if (trouble === null) {
      response.writeHead(statusCode, headers);
      answered.pipe(response);
      return;
    }
    const whole = await bytesOf(answered);
    if (trouble.kind === 'cut') {
      response.writeHead(statusCode, { ...withoutLength(headers), 'content-length': whole.length + 1 });
      response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
    } else if (trouble.kind === 'changed') {
      response.writeHead(statusCode, withoutLength(headers));
      response.end(trouble.change(whole.toString()));
    } else {
      const timer = setTimeout(() => {
        timers.delete(timer);
        response.writeHead(statusCode, headers);
        response.end(whole);
      }, trouble.ms);
      timers.add(timer);
    }
  }

  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const way: Way = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trouble: null,
    met: 0,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
  return way;
}

async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function withoutLength(headers: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  const { 'content-length': _, 'transfer-encoding': __, ...rest } = headers;
  return rest;
}
