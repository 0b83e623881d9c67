/** Take it for what stands behind TLS: certificates of an authority that nobody knows, in front of a port that speaks plainly. */
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';

const folder = path.join(import.meta.dirname, 'certificates');

/** The file of the authority that issued all of them; they were made with openssl, to last until 2076 where no name says otherwise. */
export const AUTHORITY = path.join(folder, 'ca.pem');
export const ENDED_AUTHORITY = path.join(folder, 'ended-authority.pem');
export const SERVER = path.join(folder, 'server.pem');

/** `server` is for localhost and 127.0.0.1, so is `ended`, which ended in 2021; `elsewhere` is for matrix.example.org. */
export type Certificate = 'server' | 'ended' | 'elsewhere';

/** The port on which all that comes is taken out of TLS and passed on to `port`; closed after the test. */
export async function behindTls(port: number, certificate: Certificate = 'server'): Promise<number> {
  const pem = (name: string) => readFileSync(path.join(folder, name));
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer({ key: pem(`${certificate}.key`), cert: pem(`${certificate}.pem`) }, (outside) => {
    const inside = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  // Whoever does not trust it hangs up.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
