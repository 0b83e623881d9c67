/** What a reset says: what was or would be deleted, what was or would be left, and what stays for people to do. */
import type { RoomId, UserId } from '../../machines/ids.ts';
import { plain } from '../basics/plain.ts';
import type { StateContents } from '../store/contents.ts';

/** `local-only`: the state folder; `server-leave-forget`: first every room and invite of the bot, then the state folder. */
export type ResetMode = 'local-only' | 'server-leave-forget';

/** A room of the bot. `problem`: why it was not left; null where it was, and in a dry run. */
export interface RoomOutcome {
  room: RoomId;
  membership: 'join' | 'invite';
  name: string | null;
  problem: string | null;
}

/** What a reset did, or would do. */
export interface ResetOutcome {
  mode: ResetMode;
  dryRun: boolean;
  user: UserId;
  homeserver: string;
  folder: string;
  /** Null where there is no folder. */
  contents: StateContents | null;
  /** Why the folder was not (or not wholly) emptied; null where it was. */
  localProblem: string | null;
  /** Null where the homeserver was not contacted. */
  rooms: RoomOutcome[] | null;
  /** Whether the reset logged in by password and could not end that session. */
  sessionStays: boolean;
}

const MAX_OTHERS = 20;

/** Whether everything was done that was asked for. */
export function isComplete({ localProblem, rooms }: ResetOutcome): boolean {
  return localProblem === null && (rooms ?? []).every(({ problem }) => problem === null);
}

/** The whole report for a terminal, without secrets; what others wrote cannot steer it. */
export function describeReset(outcome: ResetOutcome): string {
  const { mode, dryRun } = outcome;
  const sections = [
    [
      `roomkeeper reset --mode ${mode}: a tool for development.`,
      ...(dryRun ? ['This is a dry run: nothing was changed.'] : []),
    ],
    outcome.rooms === null ? ['Homeserver: not contacted.'] : roomLines(outcome, outcome.rooms),
    localLines(outcome),
    ['What stays:', ...remains(outcome).map((line) => `  - ${line}`)],
  ];
  return sections.map((lines) => lines.map(plain).join('\n')).join('\n\n');
}

function roomLines({ dryRun, user, homeserver }: ResetOutcome, rooms: readonly RoomOutcome[]): string[] {
  const where = `${user} on ${homeserver}`;
  if (rooms.length === 0) return [`Homeserver: ${where} is in no room and has no invite; nothing to leave.`];
  const done = rooms.filter(({ problem }) => problem === null).length;
  const head = dryRun
    ? `${counted(rooms)} would be left and forgotten`
    : `${done} of ${counted(rooms)} left and forgotten`;
  return [`Homeserver: ${where}, ${head}:`, ...rooms.map((room) => `  ${verb(room, dryRun)}  ${shown(room)}`)];
}

function verb({ membership, problem }: RoomOutcome, dryRun: boolean): string {
  const word = dryRun
    ? { join: 'room', invite: 'invite' }[membership]
    : problem !== null
      ? 'NOT LEFT'
      : { join: 'left', invite: 'declined' }[membership];
  return word.padEnd(8);
}

function shown({ room, name, problem }: RoomOutcome): string {
  return `${room}${name === null ? '' : ` ${JSON.stringify(name)}`}${problem === null ? '' : `: ${problem}`}`;
}

function counted(rooms: readonly RoomOutcome[]): string {
  const invites = rooms.filter(({ membership }) => membership === 'invite').length;
  return `${plural(rooms.length - invites, 'room')} and ${plural(invites, 'invite')}`;
}

function localLines({ dryRun, folder, contents, localProblem }: ResetOutcome): string[] {
  if (contents === null) return [`Local state: there is no folder ${folder}; nothing to delete.`];
  const { parts, others } = contents;
  const width = Math.max(...parts.map(({ name }) => name.length));
  const head = localProblem ?? (dryRun ? 'would be deleted' : 'deleted');
  return [
    `Local state in ${folder}, ${head}:`,
    ...parts.map(({ name, records, damaged }) => {
      const what = [
        ...(records > 0 ? [plural(records, 'record')] : []),
        ...(damaged > 0 ? [`${damaged} damaged`] : []),
      ];
      return `  ${name.padEnd(width)}  ${what.join(', ') || 'absent'}`;
    }),
    ...(others.length > 0 ? [`  not records of the service, kept: ${listed(others)}`] : []),
  ];
}

function remains({ mode, dryRun, rooms, sessionStays }: ResetOutcome): string[] {
  const others =
    'The agents keep what they remember, and the files in their workspaces. The sessions of the service stay in the account of the bot.';
  if (mode === 'local-only') {
    return [
      'The bot stays in its rooms and Spaces: the next start rebuilds its records from the homeserver. Messages and answers that waited in the folder do not come back.',
      others,
      'By hand: nothing to do in the clients. To take the bot out of its rooms too: --mode server-leave-forget.',
    ];
  }
  const again = rooms?.some(({ problem }) => problem !== null) ?? false;
  return [
    ...(again ? ['The bot is still in the rooms that were not left: run the same command again.'] : []),
    ...(sessionStays ? ['The session of this reset could not be logged out; it is in the list of the bot.'] : []),
    'No room is deleted: only the account of the bot leaves. For everybody else rooms and Spaces go on, with their history.',
    'By hand, each person in their own client: leave and forget the rooms that are not wanted any more, and the Space, which otherwise stays in the list.',
    others,
    ...(dryRun || again ? [] : ['The next start begins afresh: to the bot, whoever invites it is new.']),
  ];
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, MAX_OTHERS).join(', ');
  return names.length > MAX_OTHERS ? `${first} and ${names.length - MAX_OTHERS} more` : first;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
