/** Mistakes on this machine: the state folder, the ports, and who else is there. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { openStore } from '../../src/store/store.ts';
import { sql } from '../store/support.ts';
import { silentLog } from '../support/log-book.ts';
import { logIn } from '../support/matrix-http.ts';
import { answering, by, fileIn, free, service, type House, type Mistake } from './house.ts';

const state = ({ folder }: House) => path.join(folder, 'state');

/** A state folder of this service, in which then something is changed. */
async function used(house: House, change: string): Promise<object> {
  const store = await openStore(state(house), { fsync: false });
  await store.host.update({ userId: house.bot as never });
  await store.rooms.write('!a:b', { version: 1 });
  await store.close();
  if (change !== '') sql(state(house), change);
  return {};
}

/** Another service of the same account, which lives. */
async function another({ env, folder }: House): Promise<object> {
  const elsewhere = { ...env, STATE_DIR: path.join(folder, 'other') };
  const config = loadConfig({ env: elsewhere, readFile: () => 'agents: [{ id: one }]' });
  const app = await startApp(config, { log: silentLog, drainMs: 100, leaseMs: 500 });
  onTestFinished(() => app.stop());
  while (app.health().state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
  return {};
}

export const ofThisMachine: readonly Mistake[] = [
  {
    mistake: 'two services on one state folder',
    said: [by('start', 3)],
    sentence: 'is in use by another process (pid {pid}); stop that one first or choose another STATE_DIR.',
    make(house) {
      const lock = lockFolder(state(house));
      onTestFinished(() => lock.release());
      return {};
    },
  },
  {
    mistake: 'two services of one account, each with a state folder',
    said: [by('start', 3)],
    sentence:
      'Another service speaks for {bot}, from another state folder. Stop that one first, or start this one with --take-over',
    make: another,
  },
  {
    mistake: 'the same, while it is not clear whether the other one lives',
    said: [service],
    sentence:
      'Another service speaks for {bot}, from another state folder, or was killed when it did. If it runs, stop that one first; if it was killed, this one goes on within 60 s.',
    async make({ homeserver, bot }) {
      const account = await logIn(homeserver.url, bot, 'secret');
      const lease = { holder: 'other', run: 'other', beat: 1, everyMs: 20_000 };
      await account.put(`/user/${encodeURIComponent(bot)}/account_data/org.roomkeeper.lease`, lease);
      return {};
    },
  },
  {
    mistake: 'the same two, looked at before the start',
    said: [by('doctor', 0)],
    sentence:
      'A service with another state folder speaks for the account, or was killed when it did. Stop that one first',
    make: another,
  },
  {
    mistake: 'the state folder is a file',
    said: [by('start', 1), by('doctor', 1)],
    sentence: 'Cannot open the folder {file}: a file is in the place of the folder (EEXIST).',
    make: async ({ folder }) => ({ env: { STATE_DIR: await fileIn(folder, 'file', '') } }),
  },
  {
    mistake: 'it may not be made',
    said: [by('start', 1)],
    sentence: 'Cannot open the folder /proc/nope: the folder does not exist (ENOENT).',
    make: () => ({ env: { STATE_DIR: '/proc/nope' } }),
  },
  {
    mistake: 'it is of another account',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'belongs to @other:demo.test, but MATRIX_USER_ID is {bot}. Give each account a state folder of its own (STATE_DIR).',
    make: (house) => used(house, "UPDATE host SET record = json_set(record, '$.userId', '@other:demo.test')"),
  },
  {
    mistake: 'a newer version wrote the database',
    said: [by('start', 4), by('doctor', 1)],
    sentence: 'was written by a newer version of this service (format 9, known is 1), so this one does not start',
    make: (house) => used(house, 'PRAGMA user_version = 9'),
  },
  {
    mistake: 'a newer version wrote a record',
    said: [by('start', 4), by('doctor', 1)],
    sentence:
      'was written by a newer version of this service (it has version 9, known is {n}), so this one does not start',
    make: (house) => used(house, 'UPDATE rooms SET record = \'{"version":9}\''),
  },
  {
    mistake: 'the database is damaged',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'state.db is damaged (file is not a database); it was left as it is. Put a backup in its place, or move it away: a start without it finds its rooms again from the homeserver.',
    make: async ({ folder }) => {
      await fileIn(path.join(folder, 'state'), 'state.db', 'no database, '.repeat(1000));
      return {};
    },
  },
  {
    mistake: 'the database is of another program',
    said: [by('start', 1), by('doctor', 1)],
    sentence: 'state.db is a database of something else; it was left as it is. Choose another STATE_DIR.',
    make: (house) => used(house, 'PRAGMA application_id = 7'),
  },
  {
    mistake: 'the port of the ops server is taken',
    said: [by('start', 1)],
    sentence:
      'The ops server cannot listen on 127.0.0.1 port {port}: another program listens there (EADDRINUSE); see OPS_HOST and OPS_PORT.',
    make: async () => ({ env: { OPS_PORT: new URL(await answering((_, response) => response.end('{}'))).port } }),
  },
  {
    mistake: 'the same, looked at before the start',
    said: [by('doctor', 1)],
    sentence: 'Another program listens on 127.0.0.1 port {port}. Set OPS_PORT to a free port, or to off.',
    make: async () => ({ env: { OPS_PORT: new URL(await answering((_, response) => response.end('{}'))).port } }),
  },
  {
    mistake: 'an address that this machine has not',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'The ops server cannot listen on 192.0.2.1 port {port}: this machine has no such address (EADDRNOTAVAIL); see OPS_HOST and OPS_PORT.',
    make: async () => ({
      env: { OPS_HOST: '192.0.2.1', OPS_TOKEN: 'nobody-guesses-this', OPS_PORT: String(await free()) },
    }),
  },
  {
    mistake: 'the service is asked how it is, and does not run',
    said: [by('ready', 1)],
    sentence: 'No service answers at {url}; does it run, with this OPS_HOST and OPS_PORT?',
    make: async () => ({ env: { OPS_PORT: String(await free()) } }),
  },
  {
    mistake: 'the service is asked how it is, and has no port',
    said: [by('ready', 1)],
    sentence: 'Nobody can be asked: set OPS_PORT to the port of the ops server.',
    make: () => ({}),
  },
  {
    mistake: 'a backup onto a file that is there',
    said: [by('backup', 1)],
    sentence: '{file} exists already; a backup never replaces a file.',
    make: async (house) => {
      await used(house, '');
      return { args: [await fileIn(house.folder, 'copy.db', '')] };
    },
  },
  {
    mistake: 'a backup of a state folder without state',
    said: [by('backup', 1)],
    sentence: 'There is no state to copy: {file} does not exist.',
    make: async ({ folder }) => {
      await mkdir(path.join(folder, 'state'));
      return { args: [path.join(folder, 'copy.db')] };
    },
  },
];
