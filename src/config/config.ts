/** The whole configuration, as the rest of the service has it: checked, with defaults, under the names of the code. */
import type { AgentId, UserId } from '../../machines/ids.ts';
import type { Camel } from './camel.ts';
import type { WrittenPolicy } from './policy-keys.ts';

/** A language model behind an address that speaks OpenAI's chat completions; the service hosts the agent for it. */
export interface ProviderConfig {
  model: string;
  /** The file with the key; null for a provider that wants none. Read when it is needed, and again when it is refused. */
  apiKeyFile: string | null;
  /** Null: the agent's own. */
  systemPrompt: string | null;
  /** About how much the model is sent of a conversation. */
  contextTokens: number;
  /** Whether the model is shown pictures. */
  images: boolean;
}

export interface AgentConfig {
  id: AgentId;
  label: string;
  /** ws, wss, http or https, as it was written. */
  baseUrl: string;
  /** The agent's folder as this service sees it: absolute, no slash at the end. */
  workspace: string;
  /** Turns that it takes at once. */
  concurrency: number;
  /** The file with the token by which it may push; left out for one that may not. Read when it is needed. */
  pushTokenFile?: string;
  /** The model behind `baseUrl`, for which the service hosts the agent; left out for one that is a process of its own. */
  provider?: ProviderConfig;
}

type Parts = Camel<WrittenPolicy>;

/** The keys of `policy-keys.ts` under the names of the code, each with a value. */
export type Policy = { [Part in keyof Parts]: Filled<Parts[Part]> };

type Filled<Part> = Part extends string | readonly unknown[]
  ? Part
  : { [Key in keyof Part]-?: Exclude<Part[Key], undefined> };

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
  /** Certificate authorities to trust besides the usual ones: PEM, one certificate each. */
  authorities: readonly string[];
  state: { dir: string; fsync: boolean };
  log: { level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'; format: 'json' | 'pretty' };
  /** Null: no ops server. Port 0: any free one. `token`: what callers have to show; null: they are on this machine. */
  ops: { host: string; port: number; token: string | null } | null;
  /** Where agents push to; null: nowhere. Port 0: any free one. */
  pushes: { host: string; port: number } | null;
  /** What works and is probably not meant, one sentence each. */
  warnings: readonly string[];
}
