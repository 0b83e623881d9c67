/** What the parts of the service count: each is an increment, whoever adds them up. */

/** Milliseconds. */
export type Measured = 'turn' | 'turn wait' | 'turn first text';

/** The labels of each count: agents by their ids, all else fixed words. Never a room, a person, a text. */
export interface Counts {
  turns: { agent: string; outcome: string };
  'turn troubles': { agent: string; trouble: string };
  tokens: { agent: string };
  'agent links failed': { agent: string; trouble: string };
  'frames dropped': { why: string };
  'events received': Record<never, never>;
  'events dropped': { why: string };
  'homeserver limits': Record<never, never>;
  bytes: { way: Way };
  restarts: { of: 'room' | 'person' };
  parkings: { of: 'room' | 'person' };
  reports: { about: string };
}

/** Frames of agents, files of people into workspaces, files of agents to the homeserver. */
export type Way = 'from agents' | 'files in' | 'files out';

export interface Meter {
  /** `by`: 1 where it is left out. */
  count<Name extends keyof Counts>(name: Name, labels: Counts[Name], by?: number): void;
  measure(name: Measured, agent: string, ms: number): void;
}

/** Of whoever looks at nothing. */
export const noMeter: Meter = { count: () => {}, measure: () => {} };
