import { startHomeserver } from '../../src/homeserver/index.ts';
import { describeHomeserver } from './homeserver.contract.ts';

describeHomeserver('the embedded homeserver', async () => {
  const serverName = 'embedded.test';
  const homeserver = await startHomeserver({ serverName, port: 0 });
  return {
    url: homeserver.url,
    serverName,
    register: async (localpart, password) => homeserver.register(localpart, password),
    stop: () => homeserver.close(),
  };
});
