import { startHomeserver } from '../../src/demo/homeserver/index.ts';
import type { TestHomeserver } from './homeserver/lab.ts';

export async function startEmbedded(): Promise<TestHomeserver> {
  const serverName = 'embedded.test';
  const homeserver = await startHomeserver({ serverName, port: 0 });
  return {
    url: homeserver.url,
    serverName,
    register: async (localpart, password) => homeserver.register(localpart, password),
    stop: () => homeserver.close(),
  };
}
