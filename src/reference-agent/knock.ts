/** Whether the provider of a language model is there: a question that costs nothing, and that no person waits for. */
import { addressOf } from './address.ts';
import type { Provider } from './provider.ts';

/** As in a turn (`MODEL_…`, docs/agent-protocol.md). */
export type Closed = 'model-unreachable' | 'model-denied' | 'model-failed';

/**
 * Asks for the list of models; null where the provider is there, also where it has no such list or too much to do. Never
 * rejects; `signal` ends it as unreachable.
 */
export async function knock(
  { url, readKey }: Pick<Provider, 'url' | 'readKey'>,
  signal: AbortSignal,
): Promise<Closed | null> {
  const key = await readKey?.().catch(() => null);
  if (key === null) return 'model-denied';
  try {
    const { status, body } = await fetch(addressOf(url, 'models'), {
      headers: key === undefined ? {} : { authorization: `Bearer ${key.trim()}` },
      signal,
    });
    await body?.cancel();
    if (status === 401 || status === 402) return 'model-denied';
    return status >= 500 ? 'model-failed' : null;
  } catch {
    return 'model-unreachable';
  }
}
