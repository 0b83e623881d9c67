/** What is wrong with the workspaces, as it is known: looked at when the service starts, and anew where something fails. */
import type { AgentId } from '../../machines/ids.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Log, Now } from '../ports.ts';
import type { WorkspaceProblem } from './probe.ts';
import type { Workspace } from './several.ts';

/** Whoever asks more often is told the same again. */
const LOOK_ANEW_MS = 10_000;

export interface WorkspaceWatch {
  /** Looks at all of them, and says in the log what is new; one look at a time. Never rejects. */
  look(): Promise<void>;
  /** The workspaces are others by now: looks at them behind the look that is going on. */
  lookAnew(): void;
  /** Something failed there: looks anew; where that was done just now, once somebody asks later. */
  suspect(): void;
  /** What is wrong. Where something is, asking for it begins another look, whose result the next one is told. */
  problems(): readonly WorkspaceProblem[];
  /** The agent says that it has not the files of a turn; `about`: what the log says of that turn. */
  notShared(agent: AgentId, about: object): void;
  /** The agent took files of a turn, and said nothing of that kind. */
  shared(agent: AgentId): void;
  /** Waits for the look that is going on, and says nothing more. */
  close(): Promise<void>;
}

export interface WatchOptions {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  probe: () => Promise<readonly WorkspaceProblem[]>;
  now: Now;
  log: Log;
}

export function createWorkspaceWatch({ workspaces, probe, now, log }: WatchOptions): WorkspaceWatch {
  let seen: readonly WorkspaceProblem[] = [];
  const heard = new Map<AgentId, WorkspaceProblem>();
  let looking: Promise<void> | null = null;
  let lookedAt = -Infinity;
  /** Something failed right behind a look. */
  let isSuspected = false;
  let isClosed = false;

  const isInUse = ({ agent, folder }: WorkspaceProblem) =>
    workspaces.has(agent) && workspaces.get(agent)?.folder === folder;

  function note(found: readonly WorkspaceProblem[]): void {
    if (isClosed) return;
    const isIn = (list: readonly WorkspaceProblem[]) => (one: WorkspaceProblem) =>
      list.some(({ agent, says }) => agent === one.agent && says === one.says);
    for (const { agent, folder, code, says } of found.filter((one) => !isIn(seen)(one))) {
      log.error({ agent, folder, code, problem: says }, 'workspace does not work');
    }
    for (const { agent, folder, code } of seen.filter((one) => isInUse(one) && !isIn(found)(one))) {
      log.info({ agent, folder, code }, 'workspace works again');
    }
    seen = found;
  }

  function look(): Promise<void> {
    looking ??= probe()
      .then(note, (error: unknown) => log.error({ problem: describeError(error) }, 'workspaces could not be looked at'))
      .finally(() => {
        looking = null;
        lookedAt = now();
      });
    return looking;
  }

  function suspect(): void {
    isSuspected = now() - lookedAt < LOOK_ANEW_MS;
    if (!isClosed && !isSuspected) void look();
  }

  return {
    look,
    lookAnew() {
      const behind = looking ?? Promise.resolve();
      void behind.then(() => (isClosed ? undefined : look()));
    },
    suspect,
    problems() {
      if (seen.length > 0 || isSuspected) suspect();
      return [...seen, ...heard.values()].filter(isInUse);
    },
    notShared(agent, about) {
      const folder = workspaces.get(agent)?.folder ?? '';
      const says = `The agent says that it cannot find the files that this service put into ${folder}. Does it work in another folder? "roomkeeper check-agents --files" finds out.`;
      heard.set(agent, { agent, folder, code: 'not shared', says });
      log.error({ ...about, agent, folder, problem: says }, 'workspace is not shared');
    },
    shared(agent) {
      const problem = heard.get(agent);
      if (!heard.delete(agent)) return;
      log.info({ agent, folder: problem?.folder, code: problem?.code }, 'workspace works again');
    },
    async close() {
      isClosed = true;
      await looking;
    },
  };
}
