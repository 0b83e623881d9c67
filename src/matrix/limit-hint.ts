/** Says once how an operator frees the account from the limits of its homeserver. */
import type { UserId } from '../../machines/ids.ts';
import type { Log } from '../ports.ts';

export function createLimitHint({ log, me }: { log: Log; me: UserId }): () => void {
  let said = false;
  return () => {
    if (said) return;
    said = true;
    const path = `/_synapse/admin/v1/users/${me}/override_ratelimit`;
    const body = '{"messages_per_second": 0, "burst_count": 0}';
    const help = `On Synapse, an administrator exempts it: POST ${path} ${body}; see docs/operating.md`;
    log.warn({ help }, 'homeserver limits this account: people wait for their answers');
  };
}
