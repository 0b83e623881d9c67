/** How the service is: what `/healthz` and `/readyz` say of its facts. */

/** What is known about the service at one moment. */
export interface Health {
  state: 'logging in' | 'reconciling' | 'waking' | 'running' | 'degraded' | 'draining' | 'stopped';
  /** How long ago the last sync came back; null before the first one. */
  lastSyncAgeMs: number | null;
  /** From this age on a sync counts as missing. */
  syncStaleAfterMs: number;
  storeWritable: boolean;
  /** Rooms that gave up after too many crashes: reported, but the others are served. */
  parkedRooms: number;
  /** Why the homeserver does not let the bot in yet, a sentence; null where it does, or where that is not known yet. */
  trouble: string | null;
  /** Why the homeserver lets the account send nothing; null where it does. */
  suspended: { code: string; detail: string } | null;
  /** Messages that were given up because the way to the homeserver refused them again and again, while others passed. */
  refusedMessages: number;
  /** What could not be read of the state, as long as copies of it are kept. */
  damagedRecords: number;
  /** What is wrong with the folders of agents: their files do not come through, texts do. */
  workspaces: readonly { agent: string; folder: string; code: string; says: string }[];
  /** The registry file, as far as it can be read again; null without one. */
  registry: RegistryHealth | null;
}

export interface RegistryHealth {
  /** Since when it is as it is, time of day. */
  since: string;
  /** Why what the file says by now is not so: what it said before is. */
  problems: readonly string[];
  /** Keys of the policy that are otherwise from the next start on. */
  atNextStart: readonly string[];
}

/** Whether people are served, and if not, what is missing for it, one sentence each. */
export interface Readiness {
  ready: boolean;
  missing: string[];
}

/** Judges the facts; decides what `/readyz` says. */
export function readiness(health: Health): Readiness {
  const { state, trouble, lastSyncAgeMs, syncStaleAfterMs, storeWritable, suspended } = health;
  const missing: string[] = [];
  const sentence = states[state];
  if (sentence !== null) missing.push(sentence);
  if (trouble !== null) missing.push(trouble);
  if (lastSyncAgeMs === null) missing.push('No sync has come back from the homeserver yet.');
  else if (lastSyncAgeMs >= syncStaleAfterMs) missing.push(staleSync(lastSyncAgeMs, syncStaleAfterMs));
  if (!storeWritable) missing.push('The state folder cannot be written.');
  if (suspended !== null) {
    missing.push(`The homeserver lets the bot's account send nothing (${suspended.code}: ${suspended.detail}).`);
  }
  return { ready: missing.length === 0, missing };
}

const states: Record<Health['state'], string | null> = {
  'logging in': 'The service is logging in.',
  reconciling: 'The service is finding its rooms.',
  waking: 'The service is catching up with what happened while it was away.',
  running: null,
  degraded: 'The service runs, but something it needs is failing.',
  draining: 'The service is shutting down.',
  stopped: 'The service has stopped.',
};

function staleSync(age: number, limit: number): string {
  return `The last sync came back ${Math.floor(age / 1000)} s ago; it should be less than ${Math.ceil(limit / 1000)} s.`;
}
