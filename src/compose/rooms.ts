/** How the actors of rooms are made: their definition, their records, what they hear first, what their effects act on. */
import type { RoomId } from '../../machines/ids.ts';
import type { PolicyLimits } from '../../machines/room-limits.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { createRoomEffects, type RoomEffectPorts } from '../actors/effects/room.ts';
import { openTaskLinks } from '../actors/effects/task-link.ts';
import { roomRest } from '../actors/rest.ts';
import { insteadOf, readRoomRecord, roomDefinition, speakerOf } from '../actors/room.ts';
import { createTurnLog, type TurnLog } from '../actors/turn-log.ts';
import { openLinks } from '../agents/link.ts';
import { createPlaces } from '../agents/places.ts';
import { createChildren, type Children } from '../durable/children.ts';
import type { Envelope } from '../durable/record.ts';
import type { OpenLink } from '../ports.ts';
import { createSaveFiles } from '../workspace/saves.ts';
import { createIncomingFiles } from '../workspace/incoming.ts';
import { createOutgoingFiles } from '../workspace/outgoing.ts';
import type { RosterConfig } from './roster.ts';
import { alike, fromSupervisor, lossOf, resumed, type Shared } from './surroundings.ts';
import { countedFiles, countedLinks, countedMedia } from './counted.ts';
import { answersFor, callingSoonBy } from './words.ts';
import { watchedFiles, watchedLinks, type Workspaces } from './workspaces.ts';

export function composeRooms(shared: Shared): Children<RoomId, RoomContext> {
  const { roster, store, device, reception, creations, now } = shared;
  const limits = limitsIn(roster.policy());
  roster.afterTake(() => Object.assign(limits, limitsIn(roster.policy())));
  const turnLog = createTurnLog({ log: shared.log, now, over: shared.ops.over });
  const ports = portsOf(shared, turnLog);
  const whatChanged = (record: Envelope<RoomContext>) =>
    reception.refresh(record.context).map((event) => fromSupervisor(now(), event));
  const rooms: Children<RoomId, RoomContext> = createChildren({
    ...alike(shared),
    definition: roomDefinition(limits, device),
    records: store.rooms,
    readRecord: readRoomRecord,
    damaged: {
      keepCopy: store.rooms.keepCopy,
      // Only a marker knows the person of a room that nobody has heard of.
      isLost: ({ context }) => context.person !== null,
      news: () => lossOf(now()),
    },
    async newRecord(room: RoomId, first) {
      // It may be the room that is being made for the speaker.
      const speaker = speakerOf(first);
      if (speaker !== null) await creations.ended(speaker);
      return reception.newRecord(room, first);
    },
    changes: whatChanged,
    news: (record) => [...(roomRest.hearsResumed(record) ? [resumed(now())] : []), ...whatChanged(record)],
    insteadOf,
    brief: reception.brief,
    mayLeaveMemory: roomRest.mayLeaveMemory,
    holdsAStop: roomRest.holdsAStop,
    observe(room: RoomId, change) {
      turnLog.committed(room, change);
      shared.ops.fates.committed(room, change);
      shared.observe.room(room, change);
      // What the event says of its person may be of the roster before.
      if (roster.isNew() && change.heard.some(({ event }) => NAMING.has(event.type))) rooms.hearOfChanges(room);
    },
    createEffects: (admit) => createRoomEffects(ports, admit),
  });
  return rooms;
}

function limitsIn({ limits, access, reply, clear, files }: RosterConfig['policy']): PolicyLimits {
  const { queued, waiting } = reply;
  const refuseAlways = access.denyRepeat === 'always';
  return { ...limits, queued, waiting, confirmClear: clear.confirm, refuseAlways, files: files.mode };
}

/** They bring the agent of their person along. */
const NAMING: ReadonlySet<string> = new Set(['room.invited', 'room.claimed']);

function portsOf(shared: Shared, turnLog: TurnLog): RoomEffectPorts {
  const { config, roster, store, work, words, post, alarm, now, chance, log, reach, isClosing } = shared;
  const { reply } = config.policy;
  const { workspaces, within, watch } = shared.workspaces;
  const { agents, meter } = shared.ops;
  const openLink = watchedLinks(countedLinks(agents.watching(linksOf(shared)), meter), watch);
  const places = createPlaces((agent) => roster.agent(agent)?.concurrency ?? 1);
  roster.afterTake(places.reconsider);
  return {
    ...{ send: shared.send, sendDisposable: shared.sendDisposable, tellPerson: post.tellPerson, work },
    ...{ elsewhere: shared.elsewhere, companyOf: shared.companyOf, farewell: shared.farewell },
    ...{ nameOf: callingSoonBy(work.displayName, shared), languageIn: shared.languageIn },
    ...{ joinRoom: shared.joinRoom, showTyping: shared.showTyping, quoteOf: shared.quoteOf },
    openLink: openTaskLinks({ openLink, saves: createSaveFiles({ workspaces, within }), log }),
    files: filesOf(shared, shared.workspaces),
    places,
    ...{ answers: store.answers, renderNotice: words, answerOperator: shared.answerOperator },
    ...answersFor(config),
    ...{ now, chance, log, turnLog, alarm, pace: reply, reach, isClosing },
  };
}

function linksOf({ config, baseOf, log, ops: { meter } }: Shared): OpenLink {
  const { limits } = config.policy;
  return openLinks({
    baseOf,
    // When an agent's question expires is a time of day.
    now: Date.now,
    log,
    count(frame) {
      meter.count('frames dropped', { why: frame });
      log.debug({ frame }, 'frame changes nothing');
    },
    countBytes: (bytes) => meter.count('bytes', { way: 'from agents' }, bytes),
    limits: {
      connect: limits.connectMs,
      status: limits.statusMs,
      silence: limits.silenceMs,
      maxFrame: limits.frameBytes,
    },
  });
}

function filesOf(
  { config, media, now, ops: { meter } }: Shared,
  { workspaces, within, watch }: Workspaces,
): RoomEffectPorts['files'] {
  const { layout, maxBytes: mostBytes, quotaBytes } = config.policy.files;
  const incoming = createIncomingFiles({ workspaces, within, layout, quotaBytes, now });
  void incoming.sweep();
  const outgoing = createOutgoingFiles({ workspaces, within });
  return {
    incoming: countedFiles(watchedFiles(incoming, watch), meter),
    outgoing,
    media: countedMedia(media, meter),
    mostBytes,
  };
}
