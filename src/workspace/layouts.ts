/** Where in a workspace the files of people land (`policy.files.layout`; WSP-01, WSP-03). */
import { createHash } from 'node:crypto';
import type { RoomId, UserId } from '../../machines/ids.ts';
import type { FileLayout } from '../ports/files.ts';
import type { Parts } from './folder-handle.ts';
import type { Workspace } from './several.ts';

export interface Landing {
  person: UserId;
  room: RoomId;
  /** A clean one. */
  name: string;
  /** When it was sent, ms. */
  at: number;
}

/** The folders in which files land, from the workspace on; null is any. */
export const places: Readonly<Record<FileLayout, readonly (string | null)[]>> = {
  flat: [],
  incoming: ['incoming'],
  inbox: ['surfaces', 'matrix', null, null, 'inbox'],
};

/** Where several people share a workspace, each of them has an inbox, whatever the layout is (P6). */
export function layoutIn(workspace: Workspace, layout: FileLayout): FileLayout {
  return workspace.servesSeveral ? 'inbox' : layout;
}

/** From the workspace on; the last part is the name that the file gets where nothing has it yet. */
export function placeOf(layout: FileLayout, { person, room, name, at }: Landing): Parts {
  switch (layout) {
    case 'flat':
      return [OURS.has(name.toLowerCase()) ? `_${name}` : name];
    case 'incoming':
      return ['incoming', name];
    case 'inbox':
      return ['surfaces', 'matrix', folderOf(person), folderOf(room), 'inbox', `${stampOf(at)}-${name}`];
  }
}

/** The name of a file that landed as its person knows it: the time before it is for who looks into the folder. */
export function withoutTime(layout: FileLayout, name: string): string {
  return layout === 'inbox' ? name.replace(/^\d{8}-\d{6}-/, '') : name;
}

/** Folders that are made beside files of the layout `flat`: of saves, and of the other layouts. */
const OURS = new Set(['contexts', 'incoming', 'surfaces']);

const LONGEST_FOLDER = 100;
const HASH_DIGITS = 16;
/** What cleaning changes in nothing but the colon: of no two ids the same, also where upper and lower case are one. */
const PLAIN = /^[@!][a-z0-9][a-z0-9._-]*:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** The name of the folder of a person or a room: no two have the same. */
export function folderOf(id: UserId | RoomId): string {
  const clean = id
    .slice(1)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[._-]+|[._-]+$/g, '');
  if (PLAIN.test(id) && clean.length <= LONGEST_FOLDER) return clean;
  // In UTF-8 all halves of a character are alike; their escapes are not.
  const hash = createHash('sha256')
    .update(id.isWellFormed() ? id : JSON.stringify(id))
    .digest('hex');
  // After the last `_` of a plain one stands no `-`.
  return `${clean.slice(0, LONGEST_FOLDER) || 'unknown'}_-${hash.slice(0, HASH_DIGITS)}`;
}

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

/** `YYYYMMDD-HHMMSS` in UTC. Clients write the time of an event: it may be any. */
function stampOf(at: number): string {
  const ms = Math.min(Math.max(Number.isNaN(at) ? 0 : at, 0), LAST_MS);
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
