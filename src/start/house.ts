/** The folders of a service: that of its state, locked, opened, claimed for one account, and those of its agents. */
import { createAlarm, type Alarm } from '../durable/timers.ts';
import type { UserId } from '../../machines/ids.ts';
import { makeFolder } from '../basics/make-folder.ts';
import { makeHostedFolders } from '../compose/providers.ts';
import { createRoster, type Roster } from '../compose/roster.ts';
import { composeWorkspaces, mockFolder, type Workspaces } from '../compose/workspaces.ts';
import type { Config } from '../config/config.ts';
import type { HostDocument, HostState, Log, Now, Store } from '../ports.ts';
import { FolderLost } from '../store/errors.ts';
import { openStore } from '../store/store.ts';

export interface House {
  host: HostState;
  store: Store;
  alarm: Alarm;
  roster: Roster;
  workspaces: Workspaces;
  /** What has to be closed with it, last first. */
  closers: (() => Promise<void> | void)[];
  close(): Promise<void>;
}

/** Throws as `openStore` does. */
export async function openHouse(config: Config, now: Now, log: Log): Promise<House> {
  const { dir, fsync } = config.state;
  const store = await openStore(dir, {
    fsync,
    onCorrupt: (error) => log.error({ error }, 'damaged file of an earlier version, a copy is kept'),
  });
  if (config.backend === 'mock') makeFolder(mockFolder(config), 0o777);
  else makeHostedFolders(config, log);
  const { host } = store;
  const alarm = createAlarm(now);
  const closers: House['closers'] = [];
  const roster = createRoster(config);
  const workspaces = composeWorkspaces(config, { now, log });
  return {
    ...{ host, store, alarm, closers, roster, workspaces },
    async close() {
      try {
        await workspaces.watch.close();
        for (const closer of closers.reverse()) await closer();
        await host.update({});
      } finally {
        alarm.close();
        await store.close();
      }
    },
  };
}

/** How often a service looks whether its state folder is still there, ms. */
const LOOK_MS = 2_000;

/** Hears once when the folder was taken away: another process may lock and open a new one then. */
export function watchFolder(
  house: Pick<House, 'store' | 'alarm'>,
  dir: string,
  now: Now,
  onLost: (why: Error) => void,
): void {
  house.alarm.set(now() + LOOK_MS, () => {
    if (house.store.isInPlace()) watchFolder(house, dir, now, onLost);
    else onLost(new FolderLost(dir));
  });
}

/** The state folder remembers the rooms of another account. */
class WrongAccount extends Error {
  constructor(folder: string, found: UserId, wanted: UserId) {
    super(
      `The state folder ${folder} belongs to ${found}, but MATRIX_USER_ID is ${wanted}. ` +
        'Give each account a state folder of its own (STATE_DIR).',
    );
  }
}

/** Throws where the records are of the rooms of another account; under this one they would be taken for lost. */
export function checkAccount({ userId }: Pick<HostDocument, 'userId'>, { state, matrix }: Config): void {
  if (userId !== null && userId !== matrix.userId) throw new WrongAccount(state.dir, userId, matrix.userId);
}

/** Notes whose rooms the records are of. Throws as `checkAccount` does. */
export async function claimFolder(host: HostState, config: Config): Promise<void> {
  checkAccount(host.read(), config);
  if (host.read().userId === null) await host.update({ userId: config.matrix.userId });
}
