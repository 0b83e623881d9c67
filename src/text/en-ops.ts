/** What operators read, in English. */
import type { Stage } from '../../machines/status.ts';
import type { Trouble } from '../../machines/trouble.ts';
import type { AgentState, Cause, Fate, OpsFacts, RoomRow, RoomState } from '../ports/ops.ts';
import { amountOf } from './amount.ts';
import { counted, sized } from './en-phrases.ts';
import { isBesidesAgents, type OpsWords } from './ops-words.ts';
import { code } from './phrases.ts';

const USAGE =
  '`!ops status`, `!ops rooms [state]`, `!ops why <event>` (an event id or a link to the message, or in reply to it), `!ops unpark <room>`.';

export const aboutOps: OpsWords = {
  usage: (word) =>
    word === null ? `Operators write ${USAGE}` : `I don’t know ${code(word)}. Operators write ${USAGE}`,
  elsewhere:
    'In somebody else’s chat I only say why a message of that chat has no answer. Ask me the rest in a room of your own.',
  status: ({ facts }) => statusOf(facts).map((line) => `- ${line}`),
  rooms: ({ rooms, total }) => [
    total === 0 ? 'There are none.' : `${rooms.length === total ? '' : `${rooms.length} of `}${things(total, 'room')}:`,
    ...rooms.map((row) => `- ${rowOf(row)}`),
  ],
  why: ({ event, room, agent, fate }) =>
    `${code(event)}${room === null ? '' : ` in ${code(room)}`}: ${fateOf(fate, agent === null ? 'the agent' : `the agent ${code(agent)}`)}`,
  unparked: ({ room, deed }) => {
    if (deed === 'done') return `${code(room)} is tried again now.`;
    return deed === 'not parked' ? `${code(room)} is not parked.` : `I don’t know a room ${code(room)}.`;
  },
  report({ cause, is, again, forMs }) {
    const often = again === 1 ? 'once' : `${again} times`;
    const times = again === 0 ? '' : ` It happened ${often} more since I last told you.`;
    return is === 'began' ? `⚠️ ${began(cause)}${times}` : `✅ ${ended(cause)}${times} That lasted ${duration(forMs)}.`;
  },
  more: (count) => `… and ${count} more`,
};

function statusOf(facts: OpsFacts): string[] {
  const { rooms } = facts;
  const busy = (Object.keys(states) as RoomState[])
    .filter((state) => rooms[state] > 0)
    .map((state) => `${rooms[state]} ${states[state]}`);
  return [
    facts.ready ? `${healthOf(facts)}; I’ve been up for ${duration(facts.uptimeMs)}.` : facts.missing.join(' '),
    ...facts.causes.filter(isBesidesAgents).map(began),
    ...facts.agents.map(agentOf),
    `Rooms: ${busy.length === 0 ? 'none' : busy.join(', ')}.`,
    ...(facts.parkedRooms > 0 ? [`${things(facts.parkedRooms, 'actor')} parked: \`!ops rooms parked\`.`] : []),
    ...(facts.parkedEvents > 0 ? [`${things(facts.parkedEvents, 'event')} parked within rooms.`] : []),
    `${things(facts.line, 'message')} in line; ${facts.outbox === 0 ? 'the homeserver has all that I said' : `${things(facts.outbox, 'thing')} on the way to the homeserver, the oldest for ${duration(facts.outboxAgeMs)}`}.`,
    facts.syncAgeMs === null ? 'No sync yet.' : `The last sync was ${duration(facts.syncAgeMs)} ago.`,
    ...(facts.freeBytes === null ? [] : [`The disk of the state has ${sized(facts.freeBytes)} left.`]),
    ...(facts.damagedRecords > 0 ? [`${things(facts.damagedRecords, 'record')} damaged; copies are kept.`] : []),
    ...(facts.refusedMessages > 0 ? [`${things(facts.refusedMessages, 'message')} given up on the way.`] : []),
  ];
}

function healthOf({ causes }: OpsFacts): string {
  return causes.length === 0 ? 'All is well' : 'I serve people, but not all is well';
}

function agentOf({ agent, up, trouble, forMs }: AgentState): string {
  if (up === null) return `Agent ${code(agent)}: not asked yet.`;
  return up ? `Agent ${code(agent)}: up.` : `Agent ${code(agent)}: down for ${duration(forMs)}: ${troubles(trouble)}.`;
}

const states: Record<RoomState, string> = {
  'at rest': 'at rest',
  answering: 'answering',
  'in line': 'waiting for files',
  sending: 'sending',
  restarting: 'restarting',
  parked: 'parked',
};

function rowOf({ room, state, person, agent, line, outbox, parked }: RoomRow): string {
  const besides = [
    line > 0 && `${line} in line`,
    outbox > 0 && `${outbox} to be sent`,
    parked > 0 && `${things(parked, 'event')} parked`,
  ].filter((part) => part !== false);
  const whose = person === null ? 'nobody' : code(person);
  return `${code(room)}: ${[states[state], ...besides].join(', ')}; ${whose} with ${code(agent)}`;
}

function fateOf(fate: Fate, agent: string): string {
  switch (fate.is) {
    case 'unknown':
      return 'I don’t know it. It never reached me, or it was too long ago: I remember the last messages of each room, and what I left out only since my last start.';
    case 'not for the bot':
      return `no message for me: ${fate.why}.`;
    case 'of no person':
      return 'its sender is no person (`access.not_people`), so I don’t answer.';
    case 'overheard':
      return overheard[fate.as];
    case 'room parked':
      return `the room is parked since ${duration(fate.agoMs)}, because it failed too often (${code(fate.error)}). The message is kept; \`!ops unpark\` tries the room again.`;
    case 'room restarting':
      return `the room failed ${duration(fate.agoMs)} ago (${code(fate.error)}) and restarts. The message is kept.`;
    case 'parked':
      return `the room failed on it ${duration(fate.agoMs)} ago (${code(fate.error)}) and put it aside; its sender was told. Its name is ${code(fate.id)}.`;
    case 'in line':
      return fate.place === 1 ? 'it’s next in line.' : `it’s number ${fate.place} in line.`;
    case 'being asked':
      return `${agent} is being asked${fate.forMs === null ? '' : ` for ${duration(fate.forMs)}`}: ${stageOf(fate.stage)}.`;
    case 'file waits':
      return 'it’s a file that waits for the next message.';
    case 'being sent':
      return `its answer is on the way to the homeserver, for ${duration(fate.forMs)}.`;
    case 'answered':
      return `it was answered${by(fate.by)}.`;
    case 'over':
      return `${endings[fate.how]}${fate.trouble === null ? '' : `: ${troubles(fate.trouble)}`}${fate.by.length === 0 ? '' : `; its sender was told${by(fate.by)}`}.`;
    case 'not passed on':
      return 'it was written while I was away, and not passed on.';
    case 'not kept':
      return 'it’s asked by nobody: the line was full, or it was taken out of it. Its sender was told.';
    case 'done':
      return `it was done at once (${code(fate.as)}).`;
    case 'forgotten':
      return 'its room has taken it, and doesn’t know any more what became of it.';
  }
}

const overheard: Record<Extract<Fate, { is: 'overheard' }>['as'], string> = {
  others: 'it’s from somebody whose room it is not; only the person of a room is answered.',
  'not to the bot': 'others are there, and it wasn’t said to me.',
  'no agent': 'no agent serves its sender, who was told so.',
  'others are there': 'others are there, and I talk with one person at a time.',
};

const endings: Record<Extract<Fate, { is: 'over' }>['how'], string> = {
  empty: 'the agent ended without a word',
  done: 'it was done',
  stopped: 'its person stopped it',
  failed: 'it failed',
  interrupted: 'it was interrupted: I or the connection was lost in the middle',
  refused: 'the homeserver refused the answer',
  dropped: 'the chat was cleared, or the message removed',
};

function by(events: readonly string[]): string {
  const [last] = events.slice(-1);
  return last === undefined ? '' : ` by ${code(last)}`;
}

function stageOf(stage: Stage): string {
  switch (stage.is) {
    case 'waiting for a place':
      return stage.position === null ? 'about to be passed on' : `number ${stage.position} in the agent’s line`;
    case 'backing off':
      return `${things(stage.tries, 'try', 'tries')} so far, ${troubles(stage.trouble ?? 'unreachable')}`;
    case 'asked':
    case 'answering':
      return `${stage.is === 'asked' ? 'it has the message' : 'it is answering'}${stage.silent === null ? '' : `, last heard ${duration(stage.silent)} ago`}`;
    default:
      return stage.is;
  }
}

function began(cause: Cause): string {
  switch (cause.about) {
    case 'agent':
      return `Agent ${code(cause.agent)} is down: ${troubles(cause.trouble)}.`;
    case 'room':
      return `${code(cause.room)} is parked: it failed too often (${code(cause.error)}). ${code(`!ops unpark ${cause.room}`)} tries it again.`;
    case 'store':
      return `The state can’t be written (${code(cause.problem)}). Nothing is lost, and nothing goes on until it can.`;
    case 'space':
      return `The disk of the state has only ${sized(cause.freeBytes)} left.`;
    case 'sync':
      return `Nothing has come from the homeserver for ${duration(cause.ageMs)}.`;
    case 'workspace':
      return `Files of agent ${code(cause.agent)} don’t come through: ${code(cause.problem)}.`;
    case 'registry':
      return `The registry file is refused, so the one before stays: ${code(cause.problem)}.`;
  }
}

function ended(cause: Cause): string {
  switch (cause.about) {
    case 'agent':
      return `Agent ${code(cause.agent)} is up.`;
    case 'room':
      return `${code(cause.room)} is not parked any more.`;
    case 'store':
      return 'The state can be written again.';
    case 'space':
      return 'The disk of the state has room again.';
    case 'sync':
      return 'The homeserver is heard again.';
    case 'workspace':
      return `Files of agent ${code(cause.agent)} come through again.`;
    case 'registry':
      return 'The registry file is taken again.';
  }
}

function troubles(trouble: Trouble | null): string {
  return trouble === null ? 'nobody knows why' : said[trouble];
}

const said: Record<Trouble, string> = {
  unreachable: 'it cannot be reached',
  'no-status': 'it says no STATUS in time',
  protocol: 'it breaks the protocol',
  silent: 'it fell silent',
  'too-long': 'the turn took too long',
  'too-big': 'something was too big',
  'agent-error': 'it said ERROR',
  'files-unseen': 'it cannot find the files',
  'connection-lost': 'the connection was lost in the middle',
  'not-saved': 'the save is not there',
  'save-is-gone': 'the save is gone',
  'workspace-unseen': 'its workspace cannot be seen',
  'model-denied': 'the provider of its model refuses the key',
  'model-not-found': 'the provider does not know its model',
  'model-busy': 'the provider of its model has too much to do',
  'model-failed': 'the provider of its model failed',
  'model-unreachable': 'the provider of its model cannot be reached',
  'model-broke-off': 'its model broke off in the middle',
  'model-filtered': 'the provider of its model held the answer back',
  'model-prompt-too-long': 'it was too long for its model',
  'model-answer-cut': 'the answer was longer than its model may write',
};

function things(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

function duration(ms: number): string {
  const amount = amountOf(ms);
  return amount === null ? 'a moment' : counted(amount);
}
