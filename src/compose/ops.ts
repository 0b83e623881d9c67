/** What operators see of a service, and what the service tells them. */
import type { AgentId } from '../../machines/ids.ts';
import type { Language } from '../../machines/language.ts';
import type { SupervisorContext } from '../../machines/supervisor-words.ts';
import { failureIn, parkedIn, standingOf, standingsIn } from '../../machines/supervisor-words.ts';
import type { Directory } from '../actors/directory.ts';
import { createRoomDesk, type RoomDesk } from '../actors/ops-desk.ts';
import { wantedIn } from '../actors/ops-question.ts';
import type { Config } from '../config/config.ts';
import { newOrigin } from '../durable/record.ts';
import type { Alarm } from '../durable/timers.ts';
import { readiness, type Health } from '../ops/health.ts';
import { createReporter } from '../ops/reporter.ts';
import { keyOf, type Seen } from '../ops/reports.ts';
import type { AnswerOperator, HostState, Log, Now, RecordTable, Send } from '../ports.ts';
import type { Cause, OpsDesk, OpsFacts, OpsSaid } from '../ports/ops.ts';
import { renderOps, renderReports } from '../text/ops.ts';
import type { Household } from './household.ts';
import type { OpsParts } from './ops-parts.ts';
import type { Roster } from './roster.ts';
import { spoken } from './words.ts';

/** Parked rooms that are told one by one. */
const MOST_PARKED_TOLD = 20;
/** What tells of rooms that are nobody's business in somebody else's. */
const ofOthers: ReadonlySet<string> = new Set(['status', 'rooms', 'unpark']);
/** Rooms in an answer in Matrix. */
const ROOMS_SAID = 20;

export interface OpsWorld {
  config: Config;
  parts: OpsParts;
  household: Household;
  directory: Directory;
  records: RecordTable;
  host: HostState;
  roster: Pick<Roster, 'access' | 'policy' | 'afterTake'>;
  send: Send;
  device: string;
  health(): Health;
  supervisor(): SupervisorContext;
  alarm: Alarm;
  now: Now;
  log: Log;
}

export interface Ops {
  desk: OpsDesk;
  answerOperator: AnswerOperator;
  close(): void;
}

export function composeOps(world: OpsWorld): Ops {
  const { config, roster, parts, household, directory, host, supervisor, device, alarm, now, log } = world;
  const { meter, agents, space } = parts;
  const words = spoken(config.policy, ({ ops }) => ops);
  const rooms = createRoomDesk({
    ...{ ledger: parts.ledger, fates: parts.fates, rooms: household.rooms, people: household.people },
    ...{ records: world.records, whoseIs: directory.whoseIs, now, log },
    standings: () => standingsIn(supervisor()),
    failureOf(key) {
      const context = supervisor();
      const [failure, standing] = [failureIn(context, key), standingOf(context, key)];
      return failure === null || standing === null ? null : { ...failure, standing };
    },
  });
  const reporter = createReporter({
    ...{ operators: () => roster.policy().operators, device, alarm, meter, now, log, newId: newOrigin },
    look() {
      agents.look();
      space.look();
    },
    seen: () => seenOf(world),
    roomOf: (operator) => directory.roomOf(operator, null) ?? null,
    host: {
      read: () => host.read().operators ?? { rooms: {}, told: [], pending: [] },
      write: (operators) => host.update({ operators }),
    },
    send({ id, room, reports, since, device: sentFrom, mentions }) {
      const content = renderReports(words(directory.languageIn(room)), reports);
      const message = { room, transaction: `ops.${id}`, content, replaces: null, answers: null };
      const rings = reports.some(({ is }) => is === 'began');
      const how = rings ? { msgtype: 'm.text' as const, mentions } : { msgtype: 'm.notice' as const };
      return world.send({ ...message, ...how, since, device: sentFrom }, 'command');
    },
  });
  roster.afterTake(reporter.hearOfOperators);
  const startedAt = now();
  const facts = () => factsOf(world, rooms, { startedAt, causes: reporter.causes() });
  const desk: OpsDesk = {
    ...rooms,
    facts,
    inWords: (why, language) => renderOps(words(language), { is: 'why', why }).body,
  };

  async function said(wanted: ReturnType<typeof wantedIn>): Promise<OpsSaid> {
    switch (wanted.is) {
      case 'status':
        return { is: 'status', facts: facts() };
      case 'rooms':
        return { is: 'rooms', ...rooms.rooms({ state: wanted.state, after: null, most: ROOMS_SAID }) };
      case 'why':
        return { is: 'why', why: await rooms.why(wanted.event, wanted.room) };
      case 'unpark':
        return { is: 'unparked', room: wanted.actor, deed: rooms.unpark(wanted.actor) };
      case 'usage':
        return wanted;
    }
  }

  return {
    desk,
    async answerOperator(question, language: Language | null) {
      const { room, sender } = question;
      // Who was one when they wrote it may be none by now.
      const isOperator = roster.access.isOperator(sender);
      const wanted = isOperator ? wantedIn(question) : ({ is: 'usage', word: null } as const);
      // Whose room it is would read of everything that goes wrong from then on.
      const isOfAnother = (directory.whoseIs(room) ?? sender) !== sender;
      if (isOperator && !isOfAnother) reporter.reads(sender, room);
      log.info({ room, sender, is: wanted.is }, 'operator asked');
      const answer: OpsSaid = isOfAnother && ofOthers.has(wanted.is) ? { is: 'elsewhere' } : await said(wanted);
      const isToldThere = !isOfAnother || answer.is !== 'why' || answer.why.room === room;
      return renderOps(words(language), isToldThere ? answer : { is: 'elsewhere' });
    },
    close() {
      reporter.close();
      agents.close();
    },
  };
}

/** What goes wrong now; null before the service runs, and after. */
function seenOf({ parts, health, supervisor }: OpsWorld): Seen | null {
  const { state, workspaces, registry, lastSyncAgeMs, syncStaleAfterMs } = health();
  if (state !== 'running' && state !== 'degraded') return null;
  const context = supervisor();
  const causes: Cause[] = [];
  const unknown = new Set<string>();
  for (const { agent, up, trouble } of parts.agents.states()) {
    const cause: Cause = { about: 'agent', agent, trouble: trouble ?? 'unreachable' };
    if (up === null) unknown.add(keyOf(cause));
    if (up === false) causes.push(cause);
  }
  for (const room of parkedIn(context, MOST_PARKED_TOLD)) {
    causes.push({ about: 'room', room, error: failureIn(context, room)?.error ?? '' });
  }
  if (context.store !== null) causes.push({ about: 'store', problem: context.store });
  const freeBytes = parts.space.little();
  if (freeBytes !== null) causes.push({ about: 'space', freeBytes });
  if (lastSyncAgeMs !== null && lastSyncAgeMs >= syncStaleAfterMs) causes.push({ about: 'sync', ageMs: lastSyncAgeMs });
  const [refused] = registry?.problems ?? [];
  if (refused !== undefined) causes.push({ about: 'registry', problem: refused });
  const told = new Set<string>();
  for (const { agent, code } of workspaces) {
    if (!told.has(agent)) causes.push({ about: 'workspace', agent: agent as AgentId, problem: code });
    told.add(agent);
  }
  return { causes, unknown };
}

function factsOf(
  { parts, health, supervisor, now }: OpsWorld,
  rooms: RoomDesk,
  { startedAt, causes }: { startedAt: number; causes: readonly Cause[] },
): OpsFacts {
  const known = health();
  const { line, outbox, since, parkedEvents } = parts.ledger.totals();
  parts.space.look();
  return {
    ...{ state: known.state, ...readiness(known), uptimeMs: now() - startedAt, syncAgeMs: known.lastSyncAgeMs },
    ...{ rooms: rooms.counts(), parkedRooms: known.parkedRooms, parkedEvents, actors: supervisor().live },
    ...{ line, outbox, outboxAgeMs: since === null ? 0 : Math.max(0, now() - since) },
    ...{ refusedMessages: known.refusedMessages, damagedRecords: known.damagedRecords },
    ...{ storeWritable: known.storeWritable, freeBytes: parts.space.free() },
    ...{ workspaceProblems: known.workspaces.length, agents: parts.agents.states(), causes },
  };
}
