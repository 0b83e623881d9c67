/** The command `ready`: asks the service on this machine whether it serves people. */
import { z } from 'zod';

const Answer = z.object({ ready: z.boolean(), missing: z.array(z.string()) });

/** Less than an orchestrator waits for a health check. */
const PATIENCE_MS = 4_000;

/** `ops`: where its ops server listens; null: it has none. Never rejects. */
export async function askReadiness(
  ops: { host: string; port: number } | null,
): Promise<{ text: string; ready: boolean; isService: boolean }> {
  if (ops === null || ops.port === 0)
    return { text: 'Nobody can be asked: set OPS_PORT to the port of the ops server.', ready: false, isService: false };
  const url = `http://${reached(ops.host)}:${ops.port}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { ready, missing } = Answer.parse(await response.json());
    return { text: ready ? 'It serves people.' : missing.join('\n'), ready, isService: true };
  } catch {
    return {
      text: `No service answers at ${url}; does it run, with this OPS_HOST and OPS_PORT?`,
      ready: false,
      isService: false,
    };
  }
}

/** What it listens on, as whoever asks on the same machine writes it. */
function reached(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
