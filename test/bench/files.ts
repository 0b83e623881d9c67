/** Files in and out through what a room does with them, beside curl, which does no more than move them. */
import { execFile } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TrayFile } from '../../machines/files.ts';
import { AgentId, ContextId, EventId, MxcUri, type RoomId, UserId } from '../../machines/ids.ts';
import { blankRoom } from '../../machines/room.model.ts';
import { createFileEffects } from '../../src/actors/effects/files.ts';
import { newRoomRecord } from '../../src/actors/room.ts';
import type { Effect } from '../../src/durable/definition.ts';
import { createAlarm } from '../../src/durable/timers.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createMedia } from '../../src/matrix/media.ts';
import type { Log } from '../../src/ports.ts';
import { createIncomingFiles } from '../../src/workspace/incoming.ts';
import { createOutgoingFiles } from '../../src/workspace/outgoing.ts';
import { work } from './alone.ts';
import { median, type Figure } from './figures.ts';

export interface FileJob {
  folder: string;
  homeserver: string;
  token: string;
  userId: string;
  bytes: number;
  runs: number;
}

/** As long as curl takes at 0.7 of its pace. */
const MOST_TIMES = 1.43;

const curl = (...args: string[]) => promisify(execFile)('curl', ['--silent', '--fail', '--show-error', ...args]);
const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const [agent, person, room] = [AgentId.parse('a'), UserId.parse('@ann:bench.test'), '!files:bench.test' as RoomId];

await work(async (job: FileJob): Promise<Figure[]> => {
  const { folder, homeserver, token, bytes, runs } = job;
  const workspace = path.join(folder, 'workspace');
  await mkdir(workspace, { recursive: true });
  const [source, fetched] = [path.join(workspace, 'source.bin'), path.join(folder, 'fetched.bin')];
  await promisify(execFile)('dd', ['if=/dev/urandom', `of=${source}`, 'bs=1M', `count=${Math.ceil(bytes / 2 ** 20)}`]);
  const { size } = await stat(source);
  const mover = moverOf(job, workspace);
  const authorization = ['--header', `Authorization: Bearer ${token}`];
  const upload = [...authorization, '--request', 'POST', '--upload-file', source];

  const times: Times[] = [];
  for (let nth = 0; nth <= runs; nth++) {
    const out = await timed(() => mover.send('source.bin'));
    const curlOut = await timed(() => curl(...upload, `${homeserver}/_matrix/media/v3/upload`));
    const into = await timed(() => mover.fetch(nth));
    await rm(path.join(workspace, `file${nth}.bin`));
    const place = `${homeserver}/_matrix/client/v1/media/download/${mover.sent().slice('mxc://'.length)}`;
    const curlIn = await timed(() => curl(...authorization, '--output', fetched, place));
    await rm(fetched);
    times.push({ in: into, out, curlIn, curlOut });
  }
  mover.close();
  // The first run warms all of them up.
  const ofAll = (name: keyof Times) => median(times.slice(1).map((one) => one[name]));
  return [
    ...figuresOf('in', size, ofAll('in'), ofAll('curlIn')),
    ...figuresOf('out', size, ofAll('out'), ofAll('curlOut')),
  ];
});

type Times = Record<'in' | 'out' | 'curlIn' | 'curlOut', number>;

function figuresOf(name: string, size: number, ours: number, theirs: number): Figure[] {
  const pace = (ms: number) => size / 1e6 / (ms / 1000);
  return [
    { name: `files ${name}`, value: pace(ours), unit: 'MB/s', note: `curl: ${Math.round(pace(theirs))} MB/s` },
    { name: `files ${name}, time beside that of curl`, value: ours / theirs, unit: '×', target: { below: MOST_TIMES } },
  ];
}

/** What a room does with files, without a room. */
function moverOf({ homeserver, token, userId, bytes }: FileJob, workspace: string) {
  const api = createClient({ homeserver, accessToken: token, me: UserId.parse(userId), log });
  const media = createMedia({ api, homeserver, accessToken: token, log, now: Date.now, chance: Math.random });
  const { signal } = new AbortController();
  const workspaces = new Map([[agent, { folder: workspace, servesSeveral: false }]]);
  const alarm = createAlarm(Date.now);
  let url = MxcUri.parse('mxc://bench.test/none');
  const effects = createFileEffects(
    {
      incoming: createIncomingFiles({ workspaces, layout: 'flat', quotaBytes: 0, now: Date.now }),
      outgoing: createOutgoingFiles({ workspaces }),
      media: {
        open: (from) => media.open(from, signal),
        upload: (file) => media.upload(file, signal),
        timesHeard: () => 0,
      },
      mostBytes: 2 * bytes,
      async send({ file }) {
        if (file !== undefined) url = file.url;
        return { ok: true, eventId: EventId.parse('$sent') };
      },
      ...{ alarm, now: Date.now, log },
    },
    () => undefined,
  );
  const effect: Effect = {
    ...{ type: 'send the files', class: 'repeatable', id: '1', params: {}, since: 0, device: '', cursor: 0 },
  };
  const record = newRoomRecord(blankRoom({ room, agent, contextId: ContextId.parse('1') }), 'bench');
  return {
    async send(file: string): Promise<void> {
      const params = { agent, person, paths: [file], answers: EventId.parse('$asked') };
      const done = await effects.send(room, params, effect, record);
      if (!done.ok || (done['failed'] as unknown[]).length > 0) throw new Error(JSON.stringify(done));
    },
    /** The one that was sent last, as `file<nth>.bin`. */
    async fetch(nth: number): Promise<void> {
      const file: TrayFile = {
        ...{ event: EventId.parse(`$file${nth}`), name: `file${nth}.bin`, type: 'document', mime: null },
        ...{ url, at: 0, there: null },
      };
      const done = await effects.fetch(room, { agent, person, file });
      if (!done.ok) throw new Error(JSON.stringify(done));
    },
    sent: () => url,
    close: () => alarm.close(),
  };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
