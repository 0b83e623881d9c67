/**
 * The commands of a chat room, in the order of the help: one table for the parser, the help and the documents.
 * `event` is what the room hears; a command that is not here is answered with `command.unknown`.
 */
export const commands = [
  { name: 'help', aliases: ['h', '?'], event: 'command.help' },
  { name: 'stop', aliases: [], event: 'command.stop' },
  { name: 'retry', aliases: [], event: 'command.retry' },
  { name: 'clear', aliases: ['reset'], event: 'command.clear' },
  { name: 'new', aliases: [], event: 'command.new' },
  { name: 'chats', aliases: [], event: 'command.chats' },
  { name: 'rename', aliases: [], event: 'command.rename' },
  { name: 'archive', aliases: [], event: 'command.archive' },
  { name: 'unarchive', aliases: [], event: 'command.unarchive' },
  { name: 'agent', aliases: [], event: 'command.agent' },
  { name: 'whoami', aliases: [], event: 'command.whoami' },
  { name: 'start', aliases: [], event: 'command.start' },
  { name: 'yes', aliases: [], event: 'command.yes' },
  { name: 'no', aliases: [], event: 'command.no' },
] as const;

export type CommandName = (typeof commands)[number]['name'];

/** What makes sense only where a person has a Space of chats. */
export const spaceCommands: readonly CommandName[] = ['new', 'chats', 'archive', 'unarchive'];
