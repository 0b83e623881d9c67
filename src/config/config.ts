import type { AgentId, UserId } from '../../machines/ids.ts';

export interface AgentConfig {
  id: AgentId;
  label: string;
  /** ws, wss, http or https, as it was written. */
  baseUrl: string;
  /** The agent's folder as this service sees it: absolute, no slash at the end. */
  workspace: string;
  /** Turns that it takes at once. */
  concurrency: number;
}

export interface Policy {
  reply: { stream: 'edits' | 'final'; firstEditMs: number; maxEdits: number };
  limits: {
    connectMs: number;
    statusMs: number;
    silenceMs: number;
    turnMs: number;
    frameBytes: number;
    queue: number;
    connectTries: number;
  };
  /** `spaces`: a Space of chats for every person; `dm`: the room of the invite is the one chat. */
  onboarding: {
    mode: 'spaces' | 'dm';
    /** Of one person. */
    invitesPerMinute: number;
  };
  access: {
    /** Who may invite, besides the people in `userAgents`: globs (`*`, `?`) over user ids. */
    allowed: readonly string[];
    /** What becomes of a person whom `userAgents` does not name. */
    unmapped: 'default_agent' | 'deny';
    /** Markdown: how to get access. */
    contact: string | null;
    denyRepeat: 'once' | 'always';
  };
  /** Whether each room has a memory of its own, or each person. `person` needs the mode `dm`. */
  context: { scope: 'room' | 'person' };
  /** Templates: `{name}` is the person's name, `{number}` the number of the chat. */
  names: { space: string; chat: string };
}

/** Everything that can be set, with defaults filled in. Holds secrets: never log it, use `describeConfig`. */
export interface Config {
  matrix: {
    /** Without a slash at the end. */
    homeserver: string;
    userId: UserId;
    /** Preferred over the password where both are there; one of them is. */
    accessToken: string | null;
    password: string | null;
    /** Null: the service chooses one at its first login and keeps it. */
    deviceId: string | null;
  };
  /** `mock`: the reference agent runs in this process and answers for every agent. */
  backend: 'real' | 'mock';
  /** Never empty; the first one is everybody's whom `userAgents` does not name. */
  agents: readonly AgentConfig[];
  userAgents: Readonly<Record<UserId, AgentId>>;
  policy: Policy;
  state: { dir: string; fsync: boolean };
  log: { level: 'debug' | 'info' | 'warn' | 'error' | 'silent'; format: 'json' | 'pretty' };
  /** Null: no ops server. Port 0: any free one. */
  ops: { host: string; port: number } | null;
  /** What works and is probably not meant, one sentence each. */
  warnings: readonly string[];
}
