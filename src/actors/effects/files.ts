/** Files of people into the workspaces of agents, and files of agents to people: what a room's effects on files do. */
import pLimit, { type LimitFunction } from 'p-limit';
import type { FileTrouble, SendFailure, SendTrouble, TrayFile } from '../../../machines/files.ts';
import type { AgentId, EventId, RoomId, UserId } from '../../../machines/ids.ts';
import type { RoomContext } from '../../../machines/room.model.ts';
import type { RoomEffectParams } from '../../../machines/room.effects.ts';
import type { Effect, Result } from '../../durable/definition.ts';
import type { Admit } from '../../durable/effect-runner.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Alarm } from '../../durable/timers.ts';
import type {
  Brought,
  HeldFile,
  IncomingFiles,
  Log,
  MediaSink,
  MediaSource,
  Now,
  Outgoing,
  OutgoingFiles,
  PersonFile,
  Send,
  WhyRefused,
} from '../../ports.ts';
import { transactionOf } from './transaction.ts';

export interface FileWorld {
  incoming: IncomingFiles;
  outgoing: OutgoingFiles;
  media: { open(url: TrayFile['url']): ReturnType<MediaSource['open']> } & {
    upload(file: Parameters<MediaSink['upload']>[0]): ReturnType<MediaSink['upload']>;
    /** How often the homeserver was heard, whatever it was asked: while it is not, nothing is said of a file. */
    timesHeard(): number;
  };
  /** The largest file that is taken, and sent (`policy.files.max_bytes`). */
  mostBytes: number;
  send: Send;
  alarm: Alarm;
  now: Now;
  log: Log;
}

/** Files that come in one room at the same moment: a server that takes its time keeps no other room waiting. */
const FILES_AT_ONCE = 3;
/** And in all rooms: each holds connections, open files and some memory, of which a process has only so many. */
const ALL_FILES_AT_ONCE = 100;
/** Files that one turn of an agent brings; the next one is named as one too many, and those behind it are passed over. */
export const MOST_FILES = 20;
/** Between two tries of the same file, ms: as many tries as there are pauses, and one. */
const PAUSES_MS = [1_000, 5_000, 15_000];
/** Before the last one. It is tried on at this pace as long as the homeserver itself is not heard either. */
const LAST_PAUSE_MS = 60_000;

export interface TextFile {
  name: string;
  mime: string;
  text: string;
}

/** What a message says besides the file that it brings. */
export type FileMessage = Pick<Outgoing, 'room' | 'transaction' | 'since' | 'device' | 'answers' | 'relation'>;

export type Sent = { ok: true; eventId: EventId } | { ok: false; why: SendTrouble };

export interface FileEffects {
  fetch(room: RoomId, params: RoomEffectParams['fetch the file']): Promise<Result>;
  settle(room: RoomId, params: RoomEffectParams['settle the file']): Promise<Result>;
  remove(params: RoomEffectParams['delete the file']): Promise<Result>;
  send(
    room: RoomId,
    params: RoomEffectParams['send the files'],
    effect: Effect,
    record: Envelope<RoomContext>,
  ): Promise<Result>;
  /** A text of ours as a file, within `policy.files.max_bytes` too. */
  sendText(text: TextFile, message: FileMessage): Promise<Sent>;
  /** Those of the files that are not in the workspace any more. */
  gone(agent: AgentId, files: readonly TrayFile[]): Promise<TrayFile[]>;
}

export function createFileEffects(world: FileWorld, admit: Admit<RoomId>): FileEffects {
  const { incoming } = world;
  const coming = limitOfEach<RoomId>(FILES_AT_ONCE);
  const all = pLimit(ALL_FILES_AT_ONCE);
  const patiently = patienceOf(world);
  const bringToRoom = bringingBy(world, patiently);
  const sendOne = sendingBy(world, bringToRoom);

  async function bring(file: PersonFile, url: TrayFile['url']): Promise<Brought | NotBrought> {
    const opened = await world.media.open(url);
    if (opened.is === 'not') return opened;
    if (opened.bytes !== null && opened.bytes > world.mostBytes) {
      await leave(opened.content);
      return { is: 'not', why: 'too big', detail: `${opened.bytes} bytes` };
    }
    return incoming.bring(file, opened.content, { mostBytes: world.mostBytes });
  }

  return {
    async fetch(room, { agent, person, file }) {
      const here = personFile(room, { agent, person, file });
      const done = await patiently(() => coming(room, () => all(() => bring(here, file.url))), isPassing);
      if (done.is === 'there') {
        const { path, shownName: name, bytes, print } = done;
        return { ok: true, path, name, bytes, print };
      }
      const { why, detail } = done;
      world.log.warn({ room, agent, event: file.event, why, detail }, 'file of a person is not taken');
      return { ok: false, code: fileTroubles[why], detail };
    },
    async settle(room, { agent, person, file }) {
      await incoming.settle(personFile(room, { agent, person, file }));
      return { ok: true };
    },
    async remove(file) {
      const became = await incoming.remove(file);
      if (became !== 'removed')
        world.log.info({ agent: file.agent, path: file.path, became }, 'file of a person stays');
      return { ok: true };
    },
    async send(room, params, effect, record) {
      const failed: SendFailure[] = [];
      for (const [index, path] of params.paths.entries()) {
        if (index < effect.cursor) continue;
        const transaction = `${transactionOf(record, effect)}.${index}`;
        const { since, device } = effect;
        if (index >= MOST_FILES) {
          failed.push({ path, why: 'too many' });
          continue;
        }
        const why = await sendOne({ ...params, room }, path, { transaction, since, device });
        if (why !== null) failed.push({ path, why });
        // Behind one that failed the next try begins with that one, or nobody would be told of it.
        else if (failed.length === 0) admit(room, { kind: 'partly settled', effect: effect.id, cursor: index + 1 });
      }
      return { ok: true, failed };
    },
    async sendText({ name, mime, text }, message) {
      const bytes = Buffer.from(text);
      if (bytes.length > world.mostBytes) return { ok: false, why: 'too big' };
      const file = { name, mime, kind: 'file' as const, bytes: bytes.length, read: () => inOnePiece(bytes) };
      return bringToRoom(file, message, { name });
    },
    async gone(agent, files) {
      const seen = files.map(async (file) => {
        if (file.there === null) return [];
        return (await incoming.isThere({ agent, path: file.there.path })) === 'gone' ? [file] : [];
      });
      return (await Promise.all(seen)).flat();
    },
  };
}

type Patiently = <Done>(attempt: () => Promise<Done>, isPassing: (done: Done) => boolean) => Promise<Done>;

/** What will fail again the same way is not tried again, and an outage of the homeserver is not charged to a file. */
function patienceOf({ alarm, now, media }: FileWorld): Patiently {
  const pause = (ms: number) => new Promise<void>((resolve) => void alarm.set(now() + ms, resolve));
  return async (attempt, isPassing) => {
    for (const ms of PAUSES_MS) {
      const done = await attempt();
      if (!isPassing(done)) return done;
      await pause(ms);
    }
    for (let heard = -1; ;) {
      const done = await attempt();
      if (!isPassing(done) || (heard !== -1 && media.timesHeard() > heard)) return done;
      heard = media.timesHeard();
      await pause(LAST_PAUSE_MS);
    }
  };
}

type SendParams = RoomEffectParams['send the files'] & { room: RoomId };

/** `about`: for the log. */
type BringToRoom = (file: Omit<HeldFile, 'is' | 'close'>, message: FileMessage, about: object) => Promise<Sent>;

function bringingBy({ media, send, log }: FileWorld, patiently: Patiently): BringToRoom {
  return async (file, message, about) => {
    const uploaded = await patiently(() => media.upload(file), isUnreachable);
    if (uploaded.is === 'not') {
      log.warn({ room: message.room, ...about, ...uploaded }, 'file of an agent is not taken by the homeserver');
      return { ok: false, why: uploaded.why === 'unreadable' ? 'changed' : uploaded.why };
    }
    const content = { body: file.name };
    const brings = { msgtype: 'm.text' as const, content, file: asSent(file, uploaded.url), replaces: null };
    const receipt = await send({ ...message, ...brings }, 'final');
    return receipt.ok ? receipt : { ok: false, why: 'refused' };
  };
}

/** Sends one file; null: it is in the room. */
function sendingBy({ outgoing, mostBytes, log }: FileWorld, bringToRoom: BringToRoom) {
  return async (
    { room, agent, person, answers, relation }: SendParams,
    path: string,
    message: { transaction: string; since: number; device: string | null },
  ): Promise<SendTrouble | null> => {
    const opened = await outgoing.open({ agent, person, path }, { mostBytes });
    if (opened.is === 'refused') {
      log.warn({ room, agent, path, why: opened.why, detail: opened.detail }, 'file of an agent is not sent');
      return sendTroubles[opened.why];
    }
    try {
      const sent = await bringToRoom(opened, { room, ...message, answers, relation }, { agent, path });
      return sent.ok ? null : sent.why;
    } finally {
      await opened.close();
    }
  };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function isUnreachable(done: Awaited<ReturnType<MediaSink['upload']>>): boolean {
  return done.is === 'not' && done.why === 'unreachable';
}

/** So many of one key at once, the others in their order. */
function limitOfEach<Key>(most: number): <Done>(key: Key, act: () => Promise<Done>) => Promise<Done> {
  const limits = new Map<Key, LimitFunction>();
  return async (key, act) => {
    const limit = limits.get(key) ?? pLimit(most);
    limits.set(key, limit);
    try {
      return await limit(act);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(key);
    }
  };
}

/** Closes what is not wanted. */
async function leave(content: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _ of content) break;
  } catch {
    // It is closed.
  }
}

interface NotBrought {
  is: 'not';
  why: 'gone' | 'refused' | 'unreachable';
  detail: string;
}

function isPassing(done: Brought | NotBrought): boolean {
  return done.is === 'not' && (done.why === 'unreachable' || done.why === 'broken off');
}

const fileTroubles: Record<(NotBrought | Extract<Brought, { is: 'not' }>)['why'], FileTrouble> = {
  ...{ gone: 'gone', refused: 'refused', unreachable: 'unreachable', 'broken off': 'unreachable' },
  ...{ 'too big': 'too big', 'disk full': 'disk full', quota: 'quota' },
  ...{ 'no workspace': 'no workspace', 'cannot write': 'cannot write' },
};

/** To a person a link, a folder and a pipe are the same: no file. */
const sendTroubles: Record<WhyRefused, SendTrouble> = {
  ...{ outside: 'outside', "somebody else's": 'outside', 'no name': 'outside', 'a link': 'outside' },
  ...{ missing: 'missing', empty: 'empty', 'too big': 'too big' },
  ...{ 'a folder': 'no plain file', 'not a plain file': 'no plain file', 'cannot read': 'cannot read' },
};

function personFile(
  room: RoomId,
  { agent, person, file }: { agent: AgentId; person: UserId; file: TrayFile },
): PersonFile {
  const { event, name, type, mime, at } = file;
  return { agent, person, room, id: event, name, kind: type === 'document' ? 'file' : type, mime, at };
}

function asSent(
  { name, mime, kind, bytes, width, height, durationMs }: Omit<HeldFile, 'is' | 'close'>,
  url: TrayFile['url'],
) {
  return {
    ...{ type: kind === 'file' ? ('document' as const) : kind, url, name, mime, bytes },
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(durationMs !== undefined && { durationMs }),
  };
}
