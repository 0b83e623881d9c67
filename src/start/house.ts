/** The state folder of a service: locked, opened, claimed for one account. */
import { createAlarm, type Alarm } from '../durable/timers.ts';
import type { UserId } from '../../machines/ids.ts';
import type { Config } from '../config/config.ts';
import { openStore, type Store } from '../compose/store.ts';
import type { Log, Now } from '../ports.ts';
import { openHostState, type HostState } from '../store/host.ts';
import { lockFolder } from '../store/lock.ts';

export interface House {
  host: HostState;
  store: Store;
  alarm: Alarm;
  /** What has to be closed with it, last first. */
  closers: (() => Promise<void> | void)[];
  close(): Promise<void>;
}

/** Throws `FolderInUse` or `StoreFailure`. */
export async function openHouse(config: Config, now: Now, log: Log): Promise<House> {
  const lock = await lockFolder(config.state.dir);
  const [host, store] = await Promise.all([
    openHostState(config.state.dir, { fsync: config.state.fsync }),
    openStore(config, log),
  ]);
  const alarm = createAlarm(now);
  const closers: House['closers'] = [];
  return {
    ...{ host, store, alarm, closers },
    async close() {
      for (const closer of closers.reverse()) await closer();
      await host.update({});
      alarm.close();
      await lock.release();
    },
  };
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

/** The records are of the rooms of one account; under another they would be taken for lost. */
export async function claimFolder(host: HostState, { state, matrix }: Config): Promise<void> {
  const { userId } = host.read();
  if (userId !== null && userId !== matrix.userId) throw new WrongAccount(state.dir, userId, matrix.userId);
  if (userId === null) await host.update({ userId: matrix.userId });
}
