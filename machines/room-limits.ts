/** What bounds a room: one JSON object in the machine's input, read by its guards and delays, never written into a record. */
import type { RoomContext } from './room.model.ts';

/** What the operator sets, under the names that the policy has in the code: its part `limits` is handed in as it is. */
export interface PolicyLimits {
  /** Texts that may wait behind the one being answered. */
  queue: number;
  /** What waited is asked one by one, or all of it in one turn. */
  queued: 'each' | 'together';
  /** How a text that waits is told so. */
  waiting: 'notice' | 'reaction' | 'both';
  /** Tries to reach the agent before the person is told. */
  connectTries: number;
  turnMs: number;
  /** A file waits for the next text, or goes to the agent at once. */
  files: 'stage' | 'immediate';
  /** `!clear` is done at the person's second word only. */
  confirmClear: boolean;
  /** A person without an agent is told so every time, not only once. */
  refuseAlways: boolean;
}

/** So small that whoever walks through a chart meets each of them in a few steps. */
export const smallestLimits: PolicyLimits = {
  ...{ queue: 1, queued: 'each', waiting: 'notice' },
  ...{ connectTries: 2, turnMs: 60_000, files: 'stage', confirmClear: false, refuseAlways: false },
};

/** What nobody sets. */
export const fixedLimits = {
  /** In a room of hundreds, most of them need not hear that they are not answered. */
  mostTold: 50,
  /** The texts that wait in one room, together, in characters. */
  queueSize: 1_000_000,
  /** Texts that were not answered and can be asked again by name; beyond these the oldest is forgotten. */
  mostUnanswered: 10,
  /** Texts that were answered and can be asked again by name, and how long they are together, in characters. */
  mostAnswered: 5,
  answeredSize: 100_000,
  /** Messages of the bot by which one of these is named, and words on questions that are known to have been told. */
  mostReplies: 8,
  /** Files of a room that nobody asked about yet. */
  mostFiles: 100,
  /** Pushes of an agent that a room knows again, those that wait behind an answer, tasks that it tells of. */
  mostPushes: 200,
  mostPushesHeld: 20,
  mostPushTasks: 10,
  /** Conversations that a room has left and knows as its own. */
  mostRetired: 20,
  /** Files that come together are told together; a notice of them changes no more after this long without another. */
  burstMs: 1_000,
  burstEndMs: 60_000,
  /** What waits no longer than this needs no word. */
  patienceMs: 3_000,
  /** An agent's question that names no time of its own. */
  questionMs: 60 * 60_000,
  /** A question of our own. */
  dialogMs: 10 * 60_000,
  stopMs: 5_000,
  firstPauseMs: 500,
  longestPauseMs: 8_000,
};

export type RoomLimits = PolicyLimits & typeof fixedLimits;

/** What the chart looks at: what the record remembers, and what the house allows. */
export type RoomInTheHouse = RoomContext & { limits: RoomLimits };
