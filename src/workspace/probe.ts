/**
 * Whether the workspaces of agents are there, can be written, and are one agent's alone, as far as this side can see
 * (WSP-11, A-27, A-28, A-29). Whether an agent works in the same folder is seen by asking it only.
 */
import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AgentId } from '../../machines/ids.ts';
import type { FileLayout } from '../ports/files.ts';
import { codeOf, InTheWay, isMissing, openFolder, type Folder } from './folder-handle.ts';
import { begin, gone, hiddenNames } from './landing.ts';
import { layoutIn, places } from './layouts.ts';
import { leave, NoAnswer, type Within } from './patience.ts';
import { whyNotWritten, withoutPath } from './rights.ts';
import type { Workspace } from './several.ts';

export interface WorkspaceProblem {
  agent: AgentId;
  folder: string;
  code:
    | 'missing'
    /** Something else stands in its place, or in that of a folder of ours in it. */
    | 'no folder'
    | 'not opened'
    | 'not written'
    | 'no answer'
    /** Two agents that are to have a folder each have the same one. */
    | 'same folder'
    | 'inside another'
    /** The agent says that it has not the files that lie there. */
    | 'not shared';
  /** What is wrong and what to do, as sentences. */
  says: string;
}

export interface ProbeOptions {
  workspaces: ReadonlyMap<AgentId, Workspace>;
  layout: FileLayout;
  /** Shared by all who work in the workspaces. */
  within: Within;
}

type Finding = Pick<WorkspaceProblem, 'code' | 'says'>;

interface Look {
  folder: string;
  agents: AgentId[];
  finding: Finding | null;
  /** What the system knows the folder by, whatever names lead to it, and all folders around it; null where it is not open. */
  place: { own: string; around: string[] } | null;
}

/** How long the file system of a workspace may take for all of it. */
const LOOK_MS = 5_000;

/** Writes a small file into each workspace and removes it; side by side, within seconds. Never rejects. */
export async function probeWorkspaces(options: ProbeOptions): Promise<WorkspaceProblem[]> {
  const { workspaces } = options;
  const folders = new Map([...workspaces.values()].map((workspace) => [workspace.folder, workspace]));
  const agentsOf = (folder: string) => [...workspaces.keys()].filter((id) => workspaces.get(id)?.folder === folder);
  const looks = await Promise.all(
    [...folders.values()].map(async (workspace): Promise<Look> => {
      const { folder } = workspace;
      return { folder, agents: agentsOf(folder), ...(await lookAt(workspace, options)) };
    }),
  );
  return looks.flatMap((look) => {
    const findings = [...(look.finding === null ? [] : [look.finding]), ...collisionsOf(look, looks)];
    return look.agents.flatMap((agent) => findings.map((finding) => ({ agent, folder: look.folder, ...finding })));
  });
}

async function lookAt(
  workspace: Workspace,
  { layout, within }: ProbeOptions,
): Promise<Pick<Look, 'finding' | 'place'>> {
  const { folder: root } = workspace;
  const place = places[layoutIn(workspace, layout)];
  const any = place.indexOf(null);
  const names = (any === -1 ? place : place.slice(0, any)).filter((name) => name !== null);
  try {
    return await within(root, LOOK_MS, async () => ({
      place: await placeOf(root),
      finding: await writeIn(root, names),
    }));
  } catch (error) {
    return { place: null, finding: await whyNotOpened(root, error) };
  }
}

/** Throws where the workspace cannot be opened. */
async function placeOf(root: string): Promise<Look['place']> {
  const folder = await openFolder(root, []);
  try {
    const own = await identityOf(folder.path);
    const around: string[] = [];
    for (let at = await realpath(root); at !== path.dirname(at);) {
      at = path.dirname(at);
      around.push(await identityOf(at));
    }
    return { own, around };
  } finally {
    leave(folder);
  }
}

async function identityOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** Where files of people land, or where the first folder on the way there would be made. */
async function writeIn(root: string, names: readonly string[]): Promise<Finding | null> {
  let folder: Folder | null = null;
  try {
    folder = await deepest(root, names);
    await writeAndRead(folder);
    return null;
  } catch (error) {
    if (error instanceof InTheWay) {
      const what = error.what === 'a link' ? 'a link' : 'something else';
      const says = `In ${root} there is ${what} in the place of the folder ${names.join('/')}. Move it away.`;
      return { code: 'no folder', says };
    }
    return { code: 'not written', says: await whyNotWritten(root, names, folder?.path ?? root, error) };
  } finally {
    leave(folder);
  }
}

async function deepest(root: string, names: readonly string[]): Promise<Folder> {
  try {
    return await openFolder(root, names);
  } catch (error) {
    if (names.length > 0 && isMissing(error)) return deepest(root, names.slice(0, -1));
    throw error;
  }
}

/** Under a hidden name, which a sweep of a later day removes where a kill left it. */
async function writeAndRead(folder: Folder): Promise<void> {
  const hidden = hiddenNames(`probe ${randomUUID()}`);
  const file = await begin(folder, hidden);
  try {
    const content = Buffer.from(randomUUID());
    await file.writeFile(content);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(content.length), 0, content.length, 0);
    if (!buffer.subarray(0, bytesRead).equals(content)) throw new Error('what is read is not what was written');
  } finally {
    leave(file);
    await gone(folder, hidden.part);
  }
}

async function whyNotOpened(root: string, error: unknown): Promise<Finding> {
  if (error instanceof NoAnswer) {
    const says = `The file system of ${root} does not answer (${error.message}). Is the server there that it is mounted from?`;
    return { code: 'no answer', says };
  }
  if (isMissing(error)) {
    const mend = "Mount the agent's volume there, or set workspace_path to where it is mounted here.";
    return {
      code: 'missing',
      says: `There is no folder ${root}; of its path there is only ${await known(root)}. ${mend}`,
    };
  }
  if (codeOf(error) === 'ENOTDIR' || error instanceof InTheWay) {
    return { code: 'no folder', says: `${root} is no folder. Set workspace_path to the folder of the agent.` };
  }
  return { code: 'not opened', says: `The folder ${root} cannot be opened: ${withoutPath(error)}.` };
}

async function known(missing: string): Promise<string> {
  const outer = path.dirname(missing);
  const isThere = await stat(outer).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );
  return isThere ? outer : known(outer);
}

/** Agents of one and the same `workspace_path` share it on purpose: there each of several people has an inbox. */
function collisionsOf({ folder, place }: Look, looks: readonly Look[]): Finding[] {
  if (place === null) return [];
  return looks.flatMap((other): Finding[] => {
    if (other.place === null || other.folder === folder) return [];
    const whose = `${other.folder}, the workspace of ${other.agents.join(', ')}`;
    const mend = 'Give each agent a folder of its own, or both the same workspace_path.';
    if (other.place.own === place.own) {
      return [
        {
          code: 'same folder',
          says: `${folder} is the same folder as ${whose}: each sees the files of the other's people. ${mend}`,
        },
      ];
    }
    if (!place.around.includes(other.place.own)) return [];
    return [{ code: 'inside another', says: `${folder} lies inside ${whose}, which sees all files in it. ${mend}` }];
  });
}
