import { request as send, type IncomingMessage, type ServerResponse } from 'node:http';

/** Passes a request on to `base` and its answer back; one that the other side does not take is answered with 502. */
export function forward(base: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = request;
  const onward = send(new URL(url ?? '/', base), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  onward.once('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end('The homeserver of the demo is away.\n');
  });
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}
