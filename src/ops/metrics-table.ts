/** Every metric: docs/operating.md and the dashboard are held to these rows. */
import type { Counts, Measured } from '../ports/meter.ts';
import { roomStates, type OpsFacts } from '../ports/ops.ts';

interface Row {
  name: string;
  help: string;
}

type CountRow<Name extends keyof Counts> = Row & { labels: readonly (keyof Counts[Name])[] };

/** Counted where it happens. */
export const counters: { [Name in keyof Counts]: CountRow<Name> } = {
  turns: {
    name: 'roomkeeper_turns_total',
    help: 'Turns that ended, by agent and outcome (as in the log line "turn over")',
    labels: ['agent', 'outcome'],
  },
  'turn troubles': {
    name: 'roomkeeper_turn_troubles_total',
    help: 'Turns that did not end well, by agent and trouble',
    labels: ['agent', 'trouble'],
  },
  tokens: { name: 'roomkeeper_tokens_total', help: 'Tokens that agents say they used', labels: ['agent'] },
  'agent links failed': {
    name: 'roomkeeper_agent_link_failures_total',
    help: 'Connections to agents that broke or never came, by agent and trouble',
    labels: ['agent', 'trouble'],
  },
  'frames dropped': {
    name: 'roomkeeper_frames_dropped_total',
    help: 'Frames of agents that changed nothing: unknown, invalid, unexpected, late or foreign',
    labels: ['why'],
  },
  'events received': {
    name: 'roomkeeper_events_received_total',
    help: 'Events of the homeserver that say something to the bot',
    labels: [],
  },
  'events dropped': {
    name: 'roomkeeper_events_dropped_total',
    help: 'Events of the homeserver that say nothing to the bot, by reason',
    labels: ['why'],
  },
  'homeserver limits': {
    name: 'roomkeeper_homeserver_limited_total',
    help: 'Calls that the homeserver refused as too many (429), files apart',
    labels: [],
  },
  bytes: {
    name: 'roomkeeper_bytes_total',
    help: 'Bytes: frames from agents, files of people into workspaces (files in), files of agents to people (files out)',
    labels: ['way'],
  },
  restarts: {
    name: 'roomkeeper_restarts_total',
    help: 'Restarts of rooms and people that failed',
    labels: ['of'],
  },
  parkings: {
    name: 'roomkeeper_parkings_total',
    help: 'Rooms and people that were parked, since they failed too often',
    labels: ['of'],
  },
  reports: {
    name: 'roomkeeper_reports_total',
    help: 'What operators were told in Matrix: beginnings and ends, by what it is about',
    labels: ['about'],
  },
};

/** Seconds, by agent. */
export const histograms: Record<Measured, Row & { buckets: readonly number[] }> = {
  turn: {
    name: 'roomkeeper_turn_seconds',
    help: 'From the text until the homeserver had all of its answer',
    buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
  },
  'turn wait': {
    name: 'roomkeeper_turn_wait_seconds',
    help: 'From the text until the agent had it: in line, for a place, for a connection',
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
  },
  'turn first text': {
    name: 'roomkeeper_turn_first_text_seconds',
    help: 'From the text until the first piece of its answer came',
    buckets: [0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120],
  },
};

/** One of each label's values, with what it is now. */
type Sample = readonly [labels: Record<string, string>, value: number];

interface GaugeRow extends Row {
  labels: readonly string[];
  samples(facts: OpsFacts): readonly Sample[];
}

const alone = (name: string, help: string, value: (facts: OpsFacts) => number | null): GaugeRow => ({
  ...{ name, help, labels: [] },
  samples(facts) {
    const known = value(facts);
    return known === null ? [] : [[{}, known]];
  },
});
const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);

/** Found when somebody looks. */
export const gauges: readonly GaugeRow[] = [
  alone('roomkeeper_ready', 'Whether people are served (1), as /readyz says', ({ ready }) => Number(ready)),
  alone('roomkeeper_uptime_seconds', 'Since the service began', ({ uptimeMs }) => seconds(uptimeMs)),
  {
    name: 'roomkeeper_rooms',
    help: `Rooms by what they are at: ${roomStates.join(', ')}`,
    labels: ['state'],
    samples: ({ rooms }) => roomStates.map((state) => [{ state }, rooms[state]]),
  },
  alone('roomkeeper_actors', 'Rooms and people in memory', ({ actors }) => actors),
  alone('roomkeeper_parked', 'Rooms and people that are parked', ({ parkedRooms }) => parkedRooms),
  alone(
    'roomkeeper_parked_events',
    'Events that charts failed on, kept in records',
    ({ parkedEvents }) => parkedEvents,
  ),
  alone('roomkeeper_line', 'Texts that wait in rooms', ({ line }) => line),
  alone('roomkeeper_outbox', 'What the homeserver and others have not acknowledged yet', ({ outbox }) => outbox),
  alone('roomkeeper_outbox_age_seconds', 'The age of the oldest of it; 0 for none', ({ outboxAgeMs }) =>
    seconds(outboxAgeMs),
  ),
  alone('roomkeeper_sync_age_seconds', 'Since the last sync came back; missing before the first', ({ syncAgeMs }) =>
    seconds(syncAgeMs),
  ),
  alone(
    'roomkeeper_messages_given_up',
    'Messages that were given up on the way',
    ({ refusedMessages }) => refusedMessages,
  ),
  alone('roomkeeper_store_writable', 'Whether the state can be written (1)', ({ storeWritable }) =>
    Number(storeWritable),
  ),
  alone('roomkeeper_state_free_bytes', 'What is free on the disk of the state', ({ freeBytes }) => freeBytes),
  alone(
    'roomkeeper_damaged_records',
    'Damaged documents of which copies are kept',
    ({ damagedRecords }) => damagedRecords,
  ),
  alone('roomkeeper_workspace_problems', 'What is wrong with workspaces', ({ workspaceProblems }) => workspaceProblems),
  {
    name: 'roomkeeper_agent_up',
    help: 'Whether an agent is there (1); missing while nobody knows',
    labels: ['agent'],
    samples: ({ agents }) => agents.flatMap(({ agent, up }) => (up === null ? [] : [[{ agent }, Number(up)] as const])),
  },
  alone('process_resident_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss()),
];

/** One more, counted by the system. */
export const cpu = { name: 'process_cpu_seconds_total', help: 'Processor time of the process' } satisfies Row;

/** All of them, as the page lists them. */
export const metricRows: readonly { name: string; kind: string; labels: readonly string[]; help: string }[] = [
  ...Object.values(counters).map(({ name, labels, help }) => ({ name, kind: 'counter', labels: [...labels], help })),
  ...Object.values(histograms).map(({ name, help }) => ({ name, kind: 'histogram', labels: ['agent'], help })),
  ...gauges.map(({ name, labels, help }) => ({ name, kind: 'gauge', labels, help })),
  { ...cpu, kind: 'counter', labels: [] },
];
