/** The pieces that sentences are made of; values from outside are made harmless here. */
import { distance } from 'fastest-levenshtein';
import { commands, type Command, type CommandName } from '../../machines/commands.ts';
import type { RoomId, UserId } from '../../machines/ids.ts';
import { languageNames, languages } from '../../machines/language.ts';
import type { Place, Trouble } from '../../machines/notices.ts';
import { oneLine } from '../basics/visible.ts';
import { cleanText } from './clean.ts';
import type { CommandWords } from './notices.ts';
import { splitMarkdown } from './split.ts';

const MAX_VALUE_LENGTH = 200;
const MAX_QUOTE_BYTES = 5_000;
/** How long a list of chats or saves may get, in bytes of Markdown. */
export const LIST_BYTES = 6_000;
/** The same of a list of files, and of what is said of those that could not be brought: both may stand in one notice. */
export const FILES_BYTES = 4_000;
export const FAILURES_BYTES = 2_000;

/** A value from outside (a name, a path, a user id) on one line, where none of it is read as Markdown. */
export function code(value: string): string {
  const shown = shownOf(value);
  if (shown === '') return '` `';
  const longestRun = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longestRun + 1);
  return longestRun === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}

function shownOf(value: string): string {
  const text = cleanText(value.slice(0, 20 * MAX_VALUE_LENGTH));
  const line = oneLine(text, MAX_VALUE_LENGTH);
  return oneLine(text, MAX_VALUE_LENGTH + 1) === line ? line : `${line}…`;
}

/** Nothing of it means something in Markdown, nor to a client that looks for links and mentions. */
const PLAIN = /^(?:\p{L}|\p{M}|\p{Nd}|[ ’'-]|\p{Emoji_Presentation}|\.(?= |$))+$/u;

/** The name of somebody within a sentence: as it is where that is harmless, else as `code`. */
export function plainly(name: string): string {
  const shown = shownOf(name);
  return PLAIN.test(shown) ? shown : code(name);
}

/** The commands that choose a language, each with what that language calls itself. */
export const languageChoices = languages.map((each) => `\`!language ${each}\` (${languageNames[each]})`).join(', ');

/** The person's own setting (MSC4155); the people who run the service cannot change it. */
export function blocksInvitations(errcode: string): boolean {
  return /(?:^M_|[._])INVITE_BLOCKED$/.test(errcode);
}

/** Markdown from outside as a quote, which nothing inside can leave: at most 5,000 bytes of it. */
export function quote(markdown: string): string {
  return excerpt(markdown).replace(/^/gm, '> ');
}

/** One line of a list for each command that is offered, in the order of the table: its name, what it is for, its other names. */
export function commandList(words: CommandWords, also: string, offered: (command: Command) => boolean): string {
  return commands
    .filter(offered)
    .map(({ name, aliases }) => {
      const { purpose, args } = words[name];
      const others = aliases.map((alias) => `\`!${alias}\``).join(', ');
      const written = args === undefined ? name : `${name} ${args}`;
      return `- \`!${written}\`: ${purpose}${others === '' ? '' : ` (${also} ${others})`}`;
    })
    .join('\n');
}

/** Whether it makes sense for a person with a Space of chats, or without one. */
export function isOffered({ offered }: Command, inSpace: boolean): boolean {
  return inSpace || offered === 'everywhere';
}

/**
 * How a room is named: by its name, and a link beside it that says `open`. Many a client shows an id in place of a link
 * to a room that it does not know.
 */
export function roomLinks(open: string) {
  return (name: string, room: RoomId, via?: string): string => `${code(name)} (${linkTo(room, open, via)})`;
}

/** A person by a link, which clients show as a pill. */
export function personLink(person: UserId): string {
  return linkTo(person, code(person));
}

/** A link to a room or a person; `text` is Markdown of our own, `via` a server that knows the room. */
export function linkTo(id: RoomId | UserId, text: string, via?: string): string {
  const query = via === undefined ? '' : `?via=${percentEncoded(via)}`;
  return `[${text}](https://matrix.to/#/${percentEncoded(id.toWellFormed())}${query})`;
}

/** Everything that means something in a URL or in Markdown. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*_~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** As many of the lines as fit into `maxBytes` (UTF-8); `more` is the last one where some are left out. */
export function linesWithin(maxBytes: number, lines: readonly string[], more: (count: number) => string): string[] {
  let left = maxBytes;
  const over = lines.findIndex((line) => (left -= Buffer.byteLength(line) + 1) < 0);
  return over === -1 ? [...lines] : [...lines.slice(0, over), more(lines.length - over)];
}

/** Markdown of the operator, which is part of a sentence of ours: at most 5,000 bytes of it. */
export function excerpt(markdown: string): string {
  const [head = '', ...rest] = splitMarkdown(markdown, MAX_QUOTE_BYTES);
  return rest.length > 0 ? `${head}\n\n…` : head.trimEnd();
}

/** Whether a command does something in such a room, besides leading to the chats or saying that no agent is there. */
export function worksAt(command: Command, place: Place | undefined): boolean {
  if (place === 'entry') return command.atTheEntry === true;
  if (place === 'refused') return command.name === 'whoami' || command.name === 'language';
  return isOffered(command, place !== 'only chat');
}

/** The command that somebody who wrote `!name` probably meant, of those that work; null when none is near enough. */
export function nearestCommand(name: string, works: (command: Command) => boolean = () => true): CommandName | null {
  const written = name.slice(0, 20).toLowerCase();
  const near = commands
    .filter(works)
    .map((command) => ({ name: command.name, far: distance(written, command.name) }))
    .filter(({ name: candidate, far }) => far * 2 <= candidate.length)
    .sort((one, other) => one.far - other.far);
  return near[0]?.name ?? null;
}

const TOO_MUCH: ReadonlySet<Trouble> = new Set(['too-long', 'too-big', 'model-prompt-too-long', 'model-answer-cut']);

/** Whether less of it at once may go better. */
export function isTooMuch(trouble: Trouble | null): boolean {
  return trouble !== null && TOO_MUCH.has(trouble);
}
