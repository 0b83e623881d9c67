import { createConnection } from 'node:net';
import { z } from 'zod';

const Holder = z.object({ nonce: z.string(), pid: z.number(), holds: z.boolean() });

/** What a process says about itself at its lock socket. */
export type Holder = z.infer<typeof Holder>;

const ANSWER_MS = 2000;

/**
 * Asks who listens at a lock socket. `dead`: nobody does and nobody will;
 * `unclear`: somebody was there and did not answer, ask again. Rejects where the socket may not be used.
 */
export function askHolder(socketPath: string): Promise<Holder | 'dead' | 'unclear'> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(socketPath);
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy();
      resolve('unclear');
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => {
      socket.destroy();
      resolve(parse(answer));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('dead');
      else if (error.code === 'EACCES' || error.code === 'EPERM') reject(error);
      else resolve('unclear');
    });
  });
}

function parse(answer: string): Holder | 'unclear' {
  try {
    return Holder.parse(JSON.parse(answer));
  } catch {
    return 'unclear';
  }
}
