/** Take it as the homeserver of a contract that runs without Synapse. */
import { startHomeserver } from '../../src/homeserver/index.ts';
import type { RateLimits } from '../../src/homeserver/limits.ts';
import type { TestHomeserver } from './homeserver/lab.ts';

/** `roomVersion`: of the rooms that it makes. `limits`: none where left out; logins stay free, as on Synapse. */
export async function startEmbedded(roomVersion: '11' | '12' = '12', limits: RateLimits = {}): Promise<TestHomeserver> {
  const serverName = 'embedded.test';
  const homeserver = await startHomeserver({ serverName, port: 0, roomVersion, limits });
  return {
    url: homeserver.url,
    serverName,
    register: async (localpart, password) => homeserver.register(localpart, password),
    stop: () => homeserver.close(),
  };
}
