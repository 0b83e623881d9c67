/** The path of a file as an agent wrote it, and whose it is (FOU-07, FOU-08). */
import path from 'node:path';
import type { UserId } from '../../machines/ids.ts';
import type { WhyRefused } from '../ports/files.ts';
import { isName, type Parts } from './folder-handle.ts';
import { folderOf } from './layouts.ts';
import { personFolder } from './person-folder.ts';

/** What is longer is no path on Linux. */
const PATH_BYTES = 4096;
const MOST_PARTS = 64;

/**
 * From the workspace on, or why it is no path there. Nothing is decoded. `folder`: what this service calls the workspace;
 * the agent calls it `/workspace`, and `/agents/17` where its folder is called 17.
 */
export function partsOf(written: string, folder: string): Parts | WhyRefused {
  if (written.trim() === '' || written.includes('\0') || !written.isWellFormed()) return 'no name';
  if (Buffer.byteLength(written) > PATH_BYTES) return 'no name';
  if (written.includes('\\')) return 'outside';
  const inside = written.startsWith('/') ? behindRoot(written, folder) : written;
  if (inside === null) return 'outside';
  const steps = inside.split('/');
  if (steps.includes('..')) return 'outside';
  const [first, ...more] = steps.filter((step) => step !== '' && step !== '.');
  if (first === undefined || steps.at(-1) === '' || steps.at(-1) === '.') return 'a folder';
  const parts: Parts = [first, ...more];
  return parts.length <= MOST_PARTS && parts.every(isName) ? parts : 'no name';
}

function behindRoot(written: string, folder: string): string | null {
  const roots = [path.posix.normalize(folder), '/workspace', `/agents/${path.posix.basename(folder)}`];
  const root = roots
    .map((one) => `${one.replace(/\/+$/, '')}/`)
    .find((one) => one !== '/' && `${written}/`.startsWith(one));
  return root === undefined ? null : `${written}/`.slice(root.length, -1);
}

/**
 * Whether a path of a workspace that serves several leads to what is another one's: their inboxes, and their saves, those
 * of before there were several among them. What an agent itself copies elsewhere it can send to anybody.
 */
export function isOfOthers(parts: Parts, person: UserId): boolean {
  const [first, second, third] = [folded(parts[0]), folded(parts[1]), parts[2]];
  if (first === 'contexts') return parts[1] !== personFolder(person);
  return first === 'surfaces' && second === 'matrix' && third !== undefined && third !== folderOf(person);
}

/**
 * What the names that some file system takes for one and the same have in common: of whatever case and composition, with
 * what nobody sees in them, and blanks and dots behind them.
 */
function folded(name = ''): string {
  const seen = name.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return seen
    .replace(/[ .]+$/, '')
    .toUpperCase()
    .toLowerCase();
}
