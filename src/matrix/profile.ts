/** How the account of the bot looks: its name and picture, as the operator wants them. */
import { z } from 'zod';
import type { MxcUri, UserId } from '../../machines/ids.ts';
import type { Log } from '../ports.ts';
import type { MatrixApi } from './client.ts';
import { MatrixFailure } from './errors.ts';

export interface WantedProfile {
  /** Null: it stays as it is. */
  name: string | null;
  avatar: MxcUri | null;
}

const CALL_MS = 10_000;
const Profile = z.object({ displayname: z.string().nullish(), avatar_url: z.string().nullish() });

/** Sets what differs (Client-Server API, "Profiles"). A homeserver that says no is a line in the log. Rejects never. */
export async function wearProfile(
  { name, avatar }: WantedProfile,
  { api, me, log, signal }: { api: Pick<MatrixApi, 'call'>; me: UserId; log: Log; signal: AbortSignal },
): Promise<void> {
  if (name === null && avatar === null) return;
  const place = `/_matrix/client/v3/profile/${encodeURIComponent(me)}`;
  const limits = { timeoutMs: CALL_MS, signal };
  try {
    const now = await api.call(Profile, 'GET', place, limits);
    const put = (key: string, value: string) =>
      api.call(z.unknown(), 'PUT', `${place}/${key}`, { ...limits, body: { [key]: value } });
    if (name !== null && now.displayname !== name) await put('displayname', name);
    if (avatar !== null && now.avatar_url !== avatar) await put('avatar_url', avatar);
  } catch (error) {
    if (!(error instanceof MatrixFailure) || error.kind === 'aborted') return;
    const { status, code, detail } = error;
    log.warn({ status, code, detail }, 'profile of the bot could not be set');
  }
}
