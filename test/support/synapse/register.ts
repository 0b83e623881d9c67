/** Take it for accounts on the shared Synapse (`inject('synapse')`). */
import { createHmac } from 'node:crypto';
import { UserId } from '../../../machines/ids.ts';

/** Makes an account with Synapse's registration secret; rejects with the homeserver's answer when it says no. */
export async function registerUser(
  homeserver: { url: string; registrationSecret: string },
  localpart: string,
  password: string,
  { admin = false }: { admin?: boolean } = {},
): Promise<UserId> {
  const endpoint = `${homeserver.url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(endpoint)).json()) as { nonce: string };
  const mac = createHmac('sha1', homeserver.registrationSecret)
    .update([nonce, localpart, password, admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex');
  const body = JSON.stringify({ nonce, username: localpart, password, admin, mac, inhibit_login: true });
  const response = await fetch(endpoint, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  if (!response.ok)
    throw new Error(`Synapse did not register ${localpart}: ${response.status} ${await response.text()}`);
  return UserId.parse(((await response.json()) as { user_id: string }).user_id);
}
