/** Composition root of `roomkeeper import`: takes over what the old bot knew, so that no chat forgets at the change-over. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { createAccess } from './actors/access.ts';
import { createRegistry } from './agents/registry.ts';
import type { Config } from './config/config.ts';
import { readOldStore } from './import/database.ts';
import { planImport, type Plan } from './import/plan.ts';
import { recordsOf, type Writing } from './import/records.ts';
import { describeImport } from './import/report.ts';
import { readOldRows } from './import/rows.ts';
import { createLog } from './ops/log.ts';
import type { HostDocument, Store } from './ports.ts';
import { checkAccount } from './start/house.ts';
import { readRemembered } from './start/remembered.ts';
import { DATABASE_FILE } from './store/database.ts';
import { UnusableState } from './store/errors.ts';
import { findOldLayout } from './store/old-layout.ts';
import { openStore } from './store/store.ts';

export interface ImportOptions {
  /** Only say what would be done. */
  dryRun: boolean;
  now?: () => number;
}

/**
 * Runs the command and gives its report. Doing it twice changes nothing more. Throws `UnusableState` with what is wrong with
 * the file or the state folder, `FolderInUse` beside a running service, `StoreFailure`; nothing was changed then.
 */
export async function runImport(config: Config, file: string, options: ImportOptions): Promise<string> {
  const { dryRun, now = Date.now } = options;
  const { dir, fsync } = config.state;
  const { old, table } = readOldStore(file, (store) => ({ old: readOldRows(store.rows), table: store.table }));
  const store = dryRun && !hasState(dir) ? null : await openStore(dir, { fsync });
  try {
    const host = store?.host.read() ?? nothing;
    checkAccount(host, config);
    const present =
      store === null ? nobody : await readRemembered(unchanged(store), createLog({ ...config.log, level: 'silent' }));
    const registry = createRegistry(config);
    const { userId: me } = config.matrix;
    const { assignmentOf } = createAccess({ ...config.policy.access, me, userAgents: config.userAgents });
    const { scope } = config.policy.context;
    const world = {
      me,
      registry,
      scope,
      assignmentOf,
      isServed: (person: typeof me) => assignmentOf(person) !== 'denied',
    };
    const plan: Plan = planImport(old, present, world);
    const writing = await recordsOf(plan, { ...world, present, host, now });
    if (!dryRun && store !== null) await write(store, writing);
    return describeImport({
      ...{ file, table, folder: dir, user: me, dryRun, plan, ignored: old.ignored },
      lastContextId: BigInt(host.lastContextId ?? 0),
      ...{ wasServing: host.syncPosition !== null, isOneMemory: scope === 'person' },
    });
  } finally {
    await store?.close();
  }
}

const nobody = { people: new Map(), rooms: new Map(), damaged: { people: new Map(), rooms: new Map() } };
const nothing: Pick<HostDocument, 'userId' | 'lastContextId' | 'syncPosition'> = {
  ...{ userId: null, lastContextId: null, syncPosition: null },
};

/** Whether a dry run has anything to open: opening what is not there would make it. Throws `UnusableState`. */
function hasState(folder: string): boolean {
  if (findOldLayout(folder).toImport.length > 0)
    throw new UnusableState(
      `${folder} holds records in files of an earlier version, which a dry run does not take over: start the service once first.`,
    );
  const file = path.join(folder, DATABASE_FILE);
  return existsSync(file) && statSync(file).size > 0;
}

/** Of what is damaged the start keeps a copy, not this. */
function unchanged({ people, rooms }: Store): Pick<Store, 'people' | 'rooms'> {
  const keepCopy = async () => 0;
  return { people: { ...people, keepCopy }, rooms: { ...rooms, keepCopy } };
}

/** In one transaction: what is wanted in the same tick lasts together or not at all. */
async function write(store: Store, { people, rooms, host }: Writing): Promise<void> {
  if (host === null) return;
  await Promise.all([store.people.writeAll(people), store.rooms.writeAll(rooms), store.host.update(host)]);
}
