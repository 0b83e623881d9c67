/**
 * The commands of a chat room, in the order of the help: one row each for the parser, the events, the help and the
 * documents. A command that is not here is answered with `command.unknown`.
 */
import type { ContextId } from './ids.ts';
import { languageCalled, type Language } from './language.ts';
import type { RoomEvent } from './room.events.ts';
import { writtenIn, type Written } from './message.ts';

type CommandIn<Type> = Type extends `command.${infer Name}` ? Name : never;
export type CommandName = Exclude<CommandIn<RoomEvent['type']>, 'unknown'>;
type EventOf<Name extends CommandName> = Extract<RoomEvent, { type: `command.${Name}` }>;

/** The longest name of a chat that is taken, in characters. */
export const MAX_NAME = 200;

/** How what stands behind the name of a command is read: what the event has of it. */
const readings = {
  nothing: () => ({}),
  'a name': (args: string) => {
    const name = [...firstLine(args)].slice(0, MAX_NAME).join('').trim();
    return { name: name === '' ? null : name };
  },
  'a name and a text': (args: string) => {
    const name = firstLine(args).trim();
    return { name: name === '' || [...name].length > MAX_NAME ? null : name };
  },
  'a number': (args: string) => {
    const digits = NUMBER.exec(args.trim())?.[1];
    return { number: digits === undefined ? null : Number(digits) };
  },
  'the word all': (args: string) => ({ all: ALL.test(args.trim()) }),
  'a number or all': (args: string) => {
    const digits = NUMBER.exec(args.trim())?.[1];
    return { number: digits === undefined ? null : Number(digits), all: ALL.test(args.trim()) };
  },
  'a language': (args: string): { language: Language | null; other?: string } => {
    const [word = ''] = firstLine(args).trim().split(/\s/, 1);
    const language = languageCalled(word) ?? null;
    return word === '' || language !== null ? { language } : { language, other: word.slice(0, MAX_NAME) };
  },
  'all or nothing': (args: string): { all?: true } => (ALL.test(args.trim()) ? { all: true } : {}),
};
const NUMBER = /^[Cc]?(\d{1,6})(?=\s|$)/;
const ALL = /^all(?=\s|$)/i;

/** What each way of reading leaves. */
const leftovers: { [How in keyof typeof readings]: (args: string) => string } = {
  nothing: (args) => args,
  'a name': (args) => {
    const line = firstLine(args);
    return `${[...line].slice(MAX_NAME).join('')}${args.slice(line.length)}`;
  },
  // What is too long for a name is none.
  'a name and a text': (args) => {
    const line = firstLine(args);
    return [...line.trim()].length > MAX_NAME ? args : args.slice(line.length);
  },
  // What is no number at all is answered as such.
  'a number': (args) => (NUMBER.test(args.trim()) ? args.trim().replace(NUMBER, '') : ''),
  'the word all': (args) => args.trim().replace(ALL, ''),
  // One word that is neither, such as a name, is answered as such.
  'a number or all': (args) => {
    const words = args.trim();
    if (NUMBER.test(words)) return words.replace(NUMBER, '');
    return ALL.test(words) || /\s/.test(words) ? words.replace(ALL, '') : '';
  },
  // A word that is no language is answered as such.
  'a language': (args) => {
    const [word = ''] = args.trim().split(/\s/, 1);
    return languageCalled(word) === undefined ? '' : args.trim().slice(word.length);
  },
  'all or nothing': (args) => args.trim().replace(ALL, ''),
};

function firstLine(args: string): string {
  return args.split(/[\r\n]/, 1)[0] ?? '';
}

export type Reading = keyof typeof readings;
type Read<How extends Reading> = ReturnType<(typeof readings)[How]>;

/** A command may be read in the ways that give what its event has, of the same types. */
type ReadingOf<Name extends CommandName> = {
  [How in Reading]: keyof Read<How> extends keyof EventOf<Name>
    ? Read<How> extends Pick<EventOf<Name>, keyof Read<How>>
      ? How
      : never
    : never;
}[Reading];

/** What the host knows when it takes a command in: ids and the like, which a chart cannot find out. */
export interface HostFacts {
  /** A new one. */
  contextId: ContextId;
  /** Whether people get more than one chat. */
  more: boolean;
  /** The time, as a part of a name. */
  stamp: string;
}
export type HostFact = keyof HostFacts;

/** What the event of a command has that nobody writes. */
type FactOf<Name extends CommandName> = Exclude<keyof EventOf<Name>, 'type' | keyof Written> & HostFact;

/**
 * What becomes of words that are not taken: the person is told, and the command is done all the same, or it is not done,
 * where the words may have changed what was wanted; or they are a text of their own, here or in the chat that is made.
 */
type Surplus = 'is told' | 'stops it' | 'is the next text' | 'is the first text there';

interface Row<Takes extends Reading, Fact extends HostFact = HostFact> {
  aliases: readonly string[];
  takes: Takes;
  /** What the host adds to it. */
  given: readonly Fact[];
  surplus: Surplus;
  /** Some make sense only where a person has a Space of chats. */
  offered: 'everywhere' | 'in a Space';
  /** Whether an entry room does it as well. */
  atTheEntry?: true;
  /** Whether the first words in a chat name it too. */
  atFirst: boolean;
  /** Whether something is asked of the agent by it: not where it was written while the service was away for too long. */
  asksTheAgent?: true;
}

const rows = {
  help: {
    aliases: ['h', '?'],
    takes: 'nothing',
    given: [],
    surplus: 'is told',
    offered: 'everywhere',
    atFirst: true,
    atTheEntry: true,
  },
  stop: { aliases: [], takes: 'all or nothing', given: [], surplus: 'is told', offered: 'everywhere', atFirst: true },
  retry: {
    ...{ aliases: [], takes: 'nothing', given: [], surplus: 'stops it', offered: 'everywhere' },
    ...{ atFirst: false, asksTheAgent: true },
  },
  status: {
    ...{ aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere', atFirst: false },
  },
  clear: {
    aliases: ['reset'],
    takes: 'nothing',
    given: ['contextId'],
    surplus: 'is the next text',
    offered: 'everywhere',
    atFirst: true,
  },
  new: {
    aliases: [],
    takes: 'a name and a text',
    given: ['more'],
    surplus: 'is the first text there',
    offered: 'in a Space',
    atFirst: true,
    atTheEntry: true,
  },
  chats: {
    ...{ aliases: [], takes: 'the word all', given: [], surplus: 'is told', offered: 'in a Space' },
    ...{ atFirst: true, atTheEntry: true },
  },
  list: { aliases: ['files'], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere', atFirst: false },
  remove: {
    aliases: [],
    takes: 'a number or all',
    given: [],
    surplus: 'stops it',
    offered: 'everywhere',
    atFirst: false,
  },
  rename: { aliases: [], takes: 'a name', given: [], surplus: 'is told', offered: 'everywhere', atFirst: false },
  archive: { aliases: [], takes: 'nothing', given: [], surplus: 'stops it', offered: 'in a Space', atFirst: false },
  unarchive: {
    ...{ aliases: [], takes: 'a number', given: [], surplus: 'stops it', offered: 'in a Space' },
    ...{ atFirst: false, atTheEntry: true },
  },
  agent: {
    ...{ aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere' },
    ...{ atFirst: false, atTheEntry: true },
  },
  whoami: {
    ...{ aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere' },
    ...{ atFirst: false, atTheEntry: true },
  },
  save: {
    ...{ aliases: [], takes: 'a name', given: ['stamp'], surplus: 'is told', offered: 'everywhere' },
    ...{ atFirst: true, asksTheAgent: true },
  },
  load: {
    ...{ aliases: [], takes: 'a name', given: [], surplus: 'is told', offered: 'everywhere' },
    ...{ atFirst: true, asksTheAgent: true },
  },
  branch: {
    ...{
      aliases: [],
      takes: 'a name',
      given: ['contextId', 'more', 'stamp'],
      surplus: 'is told',
      offered: 'in a Space',
    },
    ...{ atFirst: true, asksTheAgent: true },
  },
  context: { aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere', atFirst: true },
  start: { aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere', atFirst: false },
  language: {
    ...{ aliases: ['lang'], takes: 'a language', given: [], surplus: 'is told', offered: 'everywhere' },
    ...{ atFirst: false, atTheEntry: true },
  },
  yes: {
    ...{ aliases: [], takes: 'nothing', given: [], surplus: 'stops it', offered: 'everywhere' },
    ...{ atFirst: false, asksTheAgent: true },
  },
  no: {
    ...{ aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere' },
    ...{ atFirst: false, asksTheAgent: true },
  },
  cancel: { aliases: [], takes: 'nothing', given: [], surplus: 'is told', offered: 'everywhere', atFirst: false },
} as const satisfies { [Name in CommandName]: Row<ReadingOf<Name>, FactOf<Name>> };
type Takes<Name extends CommandName> = (typeof rows)[Name]['takes'];

export interface Command extends Row<Reading> {
  name: CommandName;
}
export const commands: readonly Command[] = (Object.keys(rows) as CommandName[]).map((name) => ({
  name,
  ...rows[name],
}));

/** The commands behind whose name something is written. */
export type CommandWithArgs = { [Name in CommandName]: Takes<Name> extends 'nothing' ? never : Name }[CommandName];

/** What bots of other systems set up by commands, and here lives with the agent. */
export const ofTheAgent: readonly string[] = [
  ...['settings', 'skills', 'skill', 'soul', 'safety', 'plan', 'connectors', 'connect', 'disconnect'],
];

/** The command of that name or alias, lower-cased. */
export function commandCalled(written: string): Command | undefined {
  return commands.find(({ name, aliases }) => name === written || aliases.includes(written));
}

type Given<Name extends CommandName> = (typeof rows)[Name]['given'][number];
/** The commands to which the host adds something. */
export type CommandWithFacts = { [Name in CommandName]: Given<Name> extends never ? never : Name }[CommandName];

/** What the host has to find out for this command. */
export function factsFor(name: CommandName): readonly HostFact[] {
  return rows[name].given;
}

/** Words behind a command that it does not take. */
export interface WithSurplus {
  surplus?: string;
}

/** What a room hears of a command, as somebody wrote it; of more facts than it is given it takes its own. */
export function commandEvent<Name extends CommandName>(
  name: Name,
  args: string,
  said: Written,
  facts: Pick<HostFacts, Given<Name>>,
): EventOf<Name> {
  const { takes, given } = rows[name];
  const added = Object.fromEntries(given.map((fact: Given<Name>) => [fact, facts[fact]]));
  const surplus = leftovers[takes](args).trim();
  const written = { ...writtenIn(said), ...namedIn(name, said) };
  const event = { type: `command.${name}`, ...written, ...readings[takes](args), ...added };
  return { ...event, ...(/[\p{L}\p{N}\p{S}]/u.test(surplus) && { surplus }) } as unknown as EventOf<Name>;
}

/** What it answers counts for `!retry` alone, which then means that. */
function namedIn(name: CommandName, { replyTo }: Written): Pick<Written, 'replyTo'> {
  return name === 'retry' && replyTo !== undefined ? { replyTo } : {};
}

function isWritten(event: RoomEvent): event is RoomEvent & Written {
  return 'sender' in event && 'eventId' in event;
}

/** A command without its surplus, and behind it what becomes of that; any other event as it is. */
export function withItsSurplus(event: RoomEvent & WithSurplus): RoomEvent[] {
  const { surplus, ...plain } = event;
  const command = commands.find(({ name }) => event.type === `command.${name}`);
  if (surplus === undefined || command === undefined || !isWritten(event)) return [event];
  const written = writtenIn(event);
  const text = { ...written, body: surplus, replyTo: null };
  if (command.surplus === 'is the next text') return [plain as RoomEvent, { type: 'text.received', text }];
  if (command.surplus === 'is the first text there') return [{ ...plain, first: text } as RoomEvent];
  const done = command.surplus === 'is told';
  const said: RoomEvent = { type: 'words.left', ...written, command: command.name, words: surplus, done };
  return done ? [plain as RoomEvent, said] : [said];
}
