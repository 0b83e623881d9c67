/**
 * The commands of a chat room, in the order of the help: one row each for the parser, the events, the help and the
 * documents. A command that is not here is answered with `command.unknown`.
 */
import type { ContextId, EventId, UserId } from './ids.ts';
import type { RoomEvent } from './room.model.ts';

type CommandIn<Type> = Type extends `command.${infer Name}` ? Name : never;
export type CommandName = Exclude<CommandIn<RoomEvent['type']>, 'unknown'>;
type EventOf<Name extends CommandName> = Extract<RoomEvent, { type: `command.${Name}` }>;

/** How what stands behind the name of a command is read: what the event has of it. */
const readings = {
  nothing: () => ({}),
  'a name': (args: string) => ({ name: args === '' ? null : [...args].slice(0, 200).join('') }),
  'a number': (args: string) => {
    const digits = /^[Cc]?(\d{1,6})$/.exec(args)?.[1];
    return { number: digits === undefined ? null : Number(digits) };
  },
  'the word all': (args: string) => ({ all: args.toLowerCase() === 'all' }),
};
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

/** What the host knows when it takes a command in: time, ids and the like, which a chart cannot find out. */
export interface HostFacts {
  /** Now, ms. */
  at: number;
  /** A new one. */
  contextId: ContextId;
  /** Whether people get more than one chat. */
  more: boolean;
}
export type HostFact = keyof HostFacts;

/** What the event of a command has that nobody writes. */
type FactOf<Name extends CommandName> = Exclude<keyof EventOf<Name>, 'type' | keyof Said> & HostFact;

interface Row<Takes extends Reading, Fact extends HostFact = HostFact> {
  aliases: readonly string[];
  takes: Takes;
  /** What the host adds to it. */
  given: readonly Fact[];
  /** Some make sense only where a person has a Space of chats. */
  offered: 'everywhere' | 'in a Space';
  /** Whether the first words in a chat name it too. */
  atFirst: boolean;
}

const rows = {
  help: { aliases: ['h', '?'], takes: 'nothing', given: [], offered: 'everywhere', atFirst: true },
  stop: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: true },
  retry: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: false },
  clear: { aliases: ['reset'], takes: 'nothing', given: ['contextId'], offered: 'everywhere', atFirst: true },
  new: { aliases: [], takes: 'a name', given: ['more'], offered: 'in a Space', atFirst: true },
  chats: { aliases: [], takes: 'the word all', given: [], offered: 'in a Space', atFirst: true },
  rename: { aliases: [], takes: 'a name', given: [], offered: 'everywhere', atFirst: false },
  archive: { aliases: [], takes: 'nothing', given: [], offered: 'in a Space', atFirst: false },
  unarchive: { aliases: [], takes: 'a number', given: [], offered: 'in a Space', atFirst: false },
  agent: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: false },
  whoami: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: false },
  start: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: false },
  yes: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: false },
  no: { aliases: [], takes: 'nothing', given: [], offered: 'everywhere', atFirst: false },
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

/** The command of that name or alias, lower-cased. */
export function commandCalled(written: string): Command | undefined {
  return commands.find(({ name, aliases }) => name === written || aliases.includes(written));
}

interface Said {
  eventId: EventId;
  sender: UserId;
}
type Given<Name extends CommandName> = (typeof rows)[Name]['given'][number];
/** The commands to which the host adds something. */
export type CommandWithFacts = { [Name in CommandName]: Given<Name> extends never ? never : Name }[CommandName];

/** What the host has to find out for this command. */
export function factsFor(name: CommandName): readonly HostFact[] {
  return rows[name].given;
}

/** What a room hears of a command, as somebody wrote it; of more facts than it is given it takes its own. */
export function commandEvent<Name extends CommandName>(
  name: Name,
  args: string,
  { eventId, sender }: Said,
  facts: Pick<HostFacts, Given<Name>>,
): EventOf<Name> {
  const { takes, given } = rows[name];
  const read = readings[takes](args);
  const added = Object.fromEntries(given.map((fact: Given<Name>) => [fact, facts[fact]]));
  return { type: `command.${name}`, eventId, sender, ...read, ...added } as unknown as EventOf<Name>;
}
