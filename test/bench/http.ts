/** Requests of the client-server API as lean as they go: the load must not cost more than what is measured. */
import http from 'node:http';

export interface LeanHttp {
  /** The body of a 200; paths stand under `/_matrix/client/v3`. Rejects with the whole answer otherwise. */
  call<T>(method: string, path: string, token: string, body: object): Promise<T>;
  close(): void;
}

/** Requests to `homeserver` over connections that are kept. */
export function leanHttp(homeserver: string): LeanHttp {
  const agent = new http.Agent({ keepAlive: true });
  return {
    call: <T>(method: string, path: string, token: string, body: object) =>
      new Promise<T>((resolve, reject) => {
        const text = JSON.stringify(body);
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        };
        const request = http.request(`${homeserver}/_matrix/client/v3${path}`, { method, headers, agent });
        request.on('error', reject).on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            if (response.statusCode === 200) resolve(JSON.parse(answer) as T);
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
          });
        });
        request.end(text);
      }),
    close: () => agent.destroy(),
  };
}
