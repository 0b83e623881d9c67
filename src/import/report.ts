/** What an import says: what was or would be taken, what is there already, and what was not taken as it stands. */
import type { UserId } from '../../machines/ids.ts';
import { plain } from '../basics/plain.ts';
import type { Plan, PlannedPerson, PlannedRoom } from './plan.ts';
import type { Finding } from './rows.ts';

export interface ImportOutcome {
  file: string;
  /** The table with the rows of the old bot. */
  table: string;
  folder: string;
  user: UserId;
  dryRun: boolean;
  plan: Plan;
  /** The highest context id that was given out, as far as the service knew before. */
  lastContextId: bigint;
  /** Rows by kind that are not for the service. */
  ignored: ReadonlyMap<string, number>;
  /** The service has a sync position, which it gives up. */
  wasServing: boolean;
  /** People have one memory for all their rooms. */
  isOneMemory: boolean;
}

const MOST_LINES = 1000;
const LONGEST_LINE = 500;

/** The whole report for a terminal; what others wrote cannot steer it. The same for a dry run but for what it says of itself. */
export function describeImport(outcome: ImportOutcome): string {
  const { file, table, dryRun, plan } = outcome;
  const sections = [
    [
      `roomkeeper import: the rooms of the old bot in ${file}, table ${JSON.stringify(table)}.`,
      ...(dryRun ? ['This is a dry run: nothing was changed.'] : []),
    ],
    countLines(outcome),
    ...peopleSections(plan),
    ...(plan.findings.length === 0 ? [] : [findingLines(plan.findings)]),
    ['What comes next:', ...nextLines(outcome).map((line) => `  - ${line}`)],
  ];
  return sections.map((lines) => lines.map(shown).join('\n')).join('\n\n');
}

function countLines({ folder, user, dryRun, plan, lastContextId, ignored }: ImportOutcome): string[] {
  const { people, rooms, known } = plan;
  const isMore = people.length + rooms.length > 0 || plan.lastContextId > lastContextId;
  const entries = rooms.filter(({ kind }) => kind === 'entry').length;
  const archived = rooms.filter((room) => room.archived).length;
  const counts = [
    `${plural(rooms.length - entries, 'chat')}${archived === 0 ? '' : ` (${archived} archived)`}`,
    plural(entries, 'entry room'),
    `${people.length === 1 ? '1 person' : `${people.length} people`}`,
  ];
  const kinds = [...ignored].map(([kind, count]) => `${count} ${kind}`);
  const head = isMore ? (dryRun ? 'would be taken into' : 'taken into') : 'nothing to take into';
  return [
    `${counts.join(', ')} ${head} ${folder} for ${user}.`.replace(
      /^.* nothing to take/,
      'All of it is there: nothing to take',
    ),
    `  there already: ${plural(known, 'room')}`,
    ...(plan.lastContextId > lastContextId
      ? [`  context ids that are given out already: up to ${plan.lastContextId}`]
      : []),
    ...(kinds.length === 0 ? [] : [`  rows that the service has no use for: ${kinds.join(', ')}`]),
  ];
}

function peopleSections({ people, rooms }: Plan): string[][] {
  const theirs = Map.groupBy(rooms, ({ person }) => person);
  const changed = new Map(people.map((person) => [person.person, person]));
  const lines = [...new Set([...changed.keys(), ...theirs.keys()])]
    .toSorted()
    .flatMap((person) => [personLine(person, changed.get(person)), ...(theirs.get(person) ?? []).map(roomLine)]);
  return lines.length === 0 ? [] : [atMost(lines)];
}

function personLine(person: UserId, change: PlannedPerson | undefined): string {
  if (change === undefined) return person;
  const space = change.space === null ? 'without a Space' : `Space ${change.space}`;
  return `${person}${change.isNew ? '' : ' (known)'}: ${space}, the next chat gets the number ${change.nextNumber}`;
}

function roomLine({ room, kind, number, name, contextId, agent, archived }: PlannedRoom): string {
  if (kind === 'entry') return `  entry room  ${room}`;
  return [
    `  ${(number === null ? 'chat' : `C${number}`).padEnd(10)}`,
    room,
    ...(name === null ? [] : [JSON.stringify(name)]),
    contextId === null ? '(a new memory)' : `(memory ${contextId})`,
    ...(agent === null ? [] : [`agent ${agent}`]),
    ...(archived ? ['archived'] : []),
  ].join('  ');
}

function findingLines(findings: readonly Finding[]): string[] {
  const lines = findings.map(({ about, what }) => `  - ${about} ${what}`);
  return ['Not taken as it stands there:', ...atMost(lines)];
}

function nextLines({ dryRun, plan, wasServing, isOneMemory }: ImportOutcome): string[] {
  const isMore = plan.people.length + plan.rooms.length > 0;
  return [
    dryRun
      ? 'Run the same command without --dry-run; then start the service.'
      : 'Start the service. The old bot stays stopped: both would answer.',
    ...(isMore
      ? ['The start leaves out rooms that the bot is no longer in, and keeps what it knows on the homeserver too.']
      : []),
    ...(isMore && wasServing
      ? [
          'The service has been here before: its next start looks at all rooms anew, and does not answer what people wrote since it stopped, but tells them so.',
        ]
      : []),
    ...(isMore && isOneMemory
      ? [
          'policy.context.scope is person: the start gives all rooms of a person one memory; those of the old bot are used with scope room only.',
        ]
      : []),
  ];
}

function atMost(lines: readonly string[]): string[] {
  return lines.length <= MOST_LINES
    ? [...lines]
    : [...lines.slice(0, MOST_LINES), `  .. and ${lines.length - MOST_LINES} more lines`];
}

function shown(line: string): string {
  return plain(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}..` : line);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
