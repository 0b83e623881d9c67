/** What any homeserver does that the bot relies on: take it for a homeserver that is new here. */
import { afterAll, beforeAll, describe } from 'vitest';
import { accounts } from './homeserver/accounts.ts';
import { independentClient } from './homeserver/independent-client.ts';
import { lab, type TestHomeserver } from './homeserver/lab.ts';
import { filtering } from './homeserver/filtering.ts';
import { gaps } from './homeserver/gaps.ts';
import { history } from './homeserver/history.ts';
import { media } from './homeserver/media.ts';
import { membership } from './homeserver/membership.ts';
import { personal } from './homeserver/personal.ts';
import { rooms } from './homeserver/rooms.ts';
import { sending } from './homeserver/sending.ts';
import { spaces } from './homeserver/spaces.ts';
import { syncing } from './homeserver/syncing.ts';

export type { TestHomeserver };

const PARTS = {
  accounts,
  rooms,
  membership,
  sending,
  history,
  syncing,
  filtering,
  gaps,
  personal,
  media,
  spaces,
  'an independent client': independentClient,
};

/** What the bot, the demo page and the tests rely on, run on the homeserver that `start` gives. */
export function describeHomeserver(name: string, start: () => Promise<TestHomeserver>): void {
  describe(name, () => {
    let homeserver: TestHomeserver | undefined;
    beforeAll(async () => {
      homeserver = await start();
    });
    afterAll(() => homeserver?.stop());
    const shared = lab(() => {
      if (!homeserver) throw new Error(`${name} did not start`);
      return homeserver;
    });
    for (const [part, tests] of Object.entries(PARTS)) describe(part, () => tests(shared));
  });
}
