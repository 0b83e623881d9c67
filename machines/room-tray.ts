/** The files of a room's person: those that wait for the next text, those that texts took, and what is told of them. */
import type { EventId } from './ids.ts';
import { inWorkspace, type FileFailure, type TrayFile } from './files.ts';
import type { Notice } from './notices.ts';
import type { RoomInTheHouse } from './room-limits.ts';
import type { RoomEvent } from './room.events.ts';
import type { Burst, RoomContext, Text, Turn } from './room.model.ts';
import { withUnanswered } from './room-again.ts';
import { timeOf } from './vocabulary.ts';

type Received = Extract<RoomEvent, { type: 'file.received' }>;

/** What stands for the words of a file that nobody said anything about, where it is sent on at once (C-17). */
function standIn(name: string): string {
  return `(A file: ${name})`;
}

/** A file with words of its own goes with them at once, and any file where none waits for words (STG-06, C-16). */
export function withItsWords(event: RoomEvent, mode: 'stage' | 'immediate'): RoomEvent[] {
  if (event.type !== 'file.received' || event.file?.url === null || event.file === undefined) return [event];
  const { eventId, sender, thread, replyTo = null, quoted, file, name } = event;
  if (file.caption === null && mode === 'stage') return [event];
  const place = { eventId, sender, replyTo, ...(thread !== undefined && { thread }), ...(quoted && { quoted }) };
  const said = file.caption === null ? { body: standIn(name), forFiles: true as const } : { body: file.caption };
  return [event, { type: 'text.received', text: { ...place, ...said } }];
}

/** Words that its person adds to a file which waits are said of it: it goes with them at once. */
export function asWordsOfAFile({ person, tray, company }: RoomContext, event: RoomEvent): RoomEvent {
  if (event.type !== 'text.edited' || event.sender !== person || company) return event;
  const file = tray.find((one) => one.event === event.of);
  if (file === undefined) return event;
  const { of: eventId, sender, body } = event;
  const place = { eventId, sender, replyTo: null, ...(file.thread !== undefined && { thread: file.thread }) };
  return { type: 'text.received', text: { ...place, body } };
}

type Refused = Extract<RoomEvent, { type: 'file.refused' }>;

/** What its person knows of a file that could not be fetched. */
export function failureOf({ waiting, unanswered }: RoomContext, { file, why }: Refused): FileFailure {
  const isAboutIt = [...waiting, ...unanswered.map(({ text }) => text)].some((text) => isCaptionOf(text, file));
  return { name: file.name, why, ...(isAboutIt && { silences: true as const }) };
}

function isCaptionOf({ eventId, forFiles }: Text, { event }: TrayFile): boolean {
  return eventId === event && forFiles !== true;
}

/** The room without a file that could not be fetched. What was said of it is kept for `!retry`; what else it took waits again. */
export function withoutRefused(context: RoomInTheHouse, { file }: Refused): Partial<RoomContext> {
  const left = { ...context, ...withoutFiles(context, [file.event]) };
  const caption = left.waiting.find((text) => isCaptionOf(text, file));
  if (caption === undefined) return withoutFiles(context, [file.event]);
  const waiting = left.waiting.filter((text) => text !== caption);
  const { files: _, ...text } = caption;
  const aside = withUnanswered({ ...left, waiting }, { text, why: 'failed' });
  return { ...withoutFiles(context, [file.event]), waiting, tray: trayAfter(left, [caption], waiting), ...aside };
}

function allFiles({ tray, waiting, turn, unanswered }: RoomContext): TrayFile[] {
  const texts = [...waiting, ...(turn === null ? [] : [turn.text]), ...unanswered.map(({ text }) => text)];
  return [...tray, ...filesOf(texts)];
}

/** What is put into the tray; null for what nobody can fetch. */
export function fileIn(event: Received): TrayFile | null {
  const { file, name, eventId, thread } = event;
  if (file === undefined || file.url === null) return null;
  const { type, mime, url } = file;
  return { event: eventId, name, type, mime, url, at: timeOf(event), ...(thread && { thread }), there: null };
}

function isOnItsWay({ there }: TrayFile): boolean {
  return there === null;
}

export function isAnyOnItsWay({ tray }: RoomContext): boolean {
  return tray.some(isOnItsWay);
}

/** Whether a text waits for its own files. */
export function waitsForFiles(text: Text | undefined): boolean {
  return text?.files?.some(isOnItsWay) ?? false;
}

/** All files that somebody has yet to ask about: a bound of the record. */
export function filesInAll({ tray, waiting, turn }: RoomContext): number {
  return tray.length + filesOf([...waiting, ...(turn === null ? [] : [turn.text])]).length;
}

function filesOf(texts: readonly Text[]): TrayFile[] {
  return texts.flatMap(({ files = [] }) => files);
}

/** Whether the room still wants what was fetched: for the agent that answers there, and in no message that was taken back. */
export function isWanted(context: RoomContext, event: RoomEvent): boolean {
  if (event.type !== 'file.fetched' && event.type !== 'file.refused') return false;
  return event.agent === context.agent && allFiles(context).some((file) => file.event === event.file.event);
}

export function isKnown(context: RoomContext, of: EventId): boolean {
  return allFiles(context).some(({ event }) => event === of);
}

function withFiles({ files: _, ...text }: Text, files: TrayFile[]): Text {
  return files.length === 0 ? text : { ...text, files };
}

/** The room with each of its files changed, or taken out. */
function inAll(context: RoomContext, change: (file: TrayFile) => TrayFile[]) {
  const inText = (text: Text): Text => (text.files === undefined ? text : withFiles(text, text.files.flatMap(change)));
  const isLeft = (text: Text): boolean => text.forFiles !== true || text.files !== undefined;
  const { tray, waiting, turn, unanswered, last } = context;
  return {
    tray: tray.flatMap(change),
    waiting: waiting.map(inText).filter(isLeft),
    turn: turn && { ...turn, text: inText(turn.text) },
    unanswered: unanswered.map((one) => ({ ...one, text: inText(one.text) })).filter(({ text }) => isLeft(text)),
    last: last.map(inText),
  };
}

/** The next text takes all files that wait (STG-06). */
export function takesTheTray({ tray }: RoomContext, text: Text): Text {
  return withFiles(text, [...(text.files ?? []), ...tray]);
}

/** The tray without what a text took that is asked again. */
export function trayWithout({ tray }: RoomContext, { files = [] }: Text): TrayFile[] {
  return tray.filter(({ event }) => !files.some((file) => file.event === event));
}

/** Files of texts that are not asked, or were not answered, wait again (STG-07). */
export function backInTheTray(context: RoomContext, texts: readonly Text[]): TrayFile[] {
  const { tray } = context;
  const known = new Set(tray.map(({ event }) => event));
  return [...distinct(filesOf(texts)).filter(({ event }) => !known.has(event)), ...tray];
}

/** The tray with the files of texts that are not asked any more, where none that still waits has them. */
export function trayAfter(context: RoomContext, texts: readonly Text[], waiting: readonly Text[]): TrayFile[] {
  const held = new Set(filesOf(waiting).map(({ event }) => event));
  const left = filesOf(texts).filter(({ event }) => !held.has(event));
  const [first] = texts;
  return first === undefined ? context.tray : backInTheTray(context, [{ ...first, files: left }]);
}

function distinct(files: readonly TrayFile[]): TrayFile[] {
  return files.filter(({ event }, index) => files.findIndex((file) => file.event === event) === index);
}

export function withFileThere(context: RoomContext, event: Extract<RoomEvent, { type: 'file.fetched' }>) {
  const { name, path, bytes, print } = event;
  return inAll(context, (file) => [
    file.event === event.file.event ? { ...file, name, there: { path, bytes, print } } : file,
  ]);
}

export function withoutFiles(context: RoomContext, events: readonly EventId[]): Partial<RoomContext> {
  return inAll(context, (file) => (events.includes(file.event) ? [] : [file]));
}

/** Another agent has another workspace: all is fetched into it; what was answered before is asked again without. */
export function fetchedAnew(context: RoomContext): Partial<RoomContext> {
  const { last: _, ...all } = inAll(context, (file) => [{ ...file, there: null }]);
  return { ...all, last: inAll(context, () => []).last };
}

/** The files that are fetched anew then. */
export function filesToFetchAnew(context: RoomContext): TrayFile[] {
  return distinct(allFiles(context));
}

/** The file that `!remove <n>` means (STG-04); a message that is taken back means the one that it brought. */
export function meantFile(context: RoomContext, event: RoomEvent): TrayFile | undefined {
  if (event.type === 'text.withdrawn') return allFiles(context).find((file) => file.event === event.of);
  const { tray } = context;
  return event.type === 'command.remove' && event.number !== null ? tray[event.number - 1] : undefined;
}

// what is told

const noBurst: Burst = { notice: null, failed: [], shown: null };

export function burstOf({ burst }: RoomContext): Burst {
  return burst ?? noBurst;
}

export function withFailure(context: RoomInTheHouse, failure: FileFailure): Burst {
  const burst = burstOf(context);
  return { ...burst, failed: [...burst.failed, failure].slice(-context.limits.mostFiles) };
}

function countsOf({ tray, burst }: RoomContext): Burst['shown'] & object {
  return {
    files: tray.length,
    there: tray.filter((file) => !isOnItsWay(file)).length,
    failed: burst?.failed.length ?? 0,
  };
}

export function asShown(context: RoomContext): Burst {
  return { ...burstOf(context), shown: countsOf(context) };
}

export function hasChanged(context: RoomContext): boolean {
  const { shown } = burstOf(context);
  const now = countsOf(context);
  return shown === null || shown.files !== now.files || shown.there !== now.there || shown.failed !== now.failed;
}

/** Whether nothing is left to tell: the files went with a text, and each failure is told. */
export function isOver(context: RoomContext): boolean {
  return context.tray.length === 0 && isAllTold(context);
}

function linesOf({ tray }: RoomContext): { name: string; bytes: number | null }[] {
  return tray.map(({ name, there }) => ({ name, bytes: there?.bytes ?? null }));
}

export function noticeOfTheTray(context: RoomContext): Notice {
  return { key: 'files wait', files: linesOf(context), failed: burstOf(context).failed };
}

export function listOfTheTray(context: RoomContext): Notice {
  return { key: 'your files', files: linesOf(context) };
}

/** The list as it is without the file that is meant. */
export function listWithout(context: RoomContext, event: RoomEvent): Notice {
  const file = meantFile(context, event);
  if (file === undefined) throw new Error('no file is meant');
  const tray = context.tray.filter((one) => one !== file);
  return { key: 'your files', files: linesOf({ ...context, tray }), removed: file.name };
}

export function goneFrom(context: RoomContext, events: readonly EventId[]): Notice {
  const names = new Map(allFiles(context).map(({ event, name }) => [event, name]));
  return { key: 'files are gone', names: events.flatMap((event) => names.get(event) ?? []) };
}

/** How many files of the turn wait again. */
export function filesKept({ tray, turn }: RoomContext): number {
  const files = turn?.text.files ?? [];
  return files.filter(({ event }) => tray.some((file) => file.event === event)).length;
}

/** `again`: `!retry` would ask what they went with. */
export function noticeOfKept(context: RoomContext): Notice {
  const again = context.unanswered.some(({ text }) => text.eventId === context.turn?.text.eventId);
  return { key: 'files are kept', files: filesKept(context), ...(again && { again }) };
}

/** How many files the texts have that wait. */
export function filesInLine({ waiting }: RoomContext): number {
  return filesOf(waiting).length;
}

/** Whether each failure was told. */
export function isAllTold(context: RoomContext): boolean {
  const { shown, failed } = burstOf(context);
  return failed.length === (shown?.failed ?? 0);
}

/** Whether the message that is taken back brought the only file that waits. */
export function isLastFile(context: RoomContext, event: RoomEvent): boolean {
  const { tray } = context;
  return event.type === 'text.withdrawn' && tray.length === 1 && tray[0]?.event === event.of;
}

/**
 * The files that the agent wants to be sent, in its order, each once: a turn that is asked again may say them again. Beyond
 * what one turn may send they are forgotten.
 */
export function withWanted(turn: Turn, path: string, { mostFiles }: RoomInTheHouse['limits']): Turn {
  const { sends = [] } = turn;
  if (sends.some((other) => inWorkspace(other) === inWorkspace(path))) return turn;
  return { ...turn, sends: [...sends, path].slice(0, mostFiles) };
}
