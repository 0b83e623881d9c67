/** How versions before SQLite kept the state: a file for each record, in sub-folders by the first digits of its name. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { codeOf, StoreFailure } from './errors.ts';

const OLD_FOLDERS = ['rooms', 'people', 'dead-letters', 'answers'];
const hostFile = /^host\.json(\.|$)/;
const keptFolder = /^before-sqlite(-\d+)?$/;
const lockSocket = /^(lock|new)-\w+\.sock$/;

/** What of it is in the state folder; all are paths from there. */
export interface OldLayout {
  /** What an import takes over and moves: `rooms`, `host.json`, .. */
  toImport: string[];
  /** Files that the service wrote, also those that an import has kept. */
  files: string[];
  /** The folders around them, the inner ones first. */
  folders: string[];
  /** Sockets that once locked the folder. */
  sockets: string[];
  /** What is in there and is not the service's own. */
  foreign: string[];
}

/** Looks through the state folder. Throws `StoreFailure`. */
export function findOldLayout(folder: string): OldLayout {
  const found: OldLayout = { toImport: [], files: [], folders: [], sockets: [], foreign: [] };
  for (const entry of entriesOf(folder)) {
    const { name } = entry;
    if (entry.isDirectory() && (OLD_FOLDERS.includes(name) || keptFolder.test(name))) {
      if (OLD_FOLDERS.includes(name)) found.toImport.push(name);
      look(folder, name, found);
      found.folders.push(name);
    } else if (entry.isFile() && hostFile.test(name)) {
      found.toImport.push(name);
      found.files.push(name);
    } else if (lockSocket.test(name)) {
      found.sockets.push(name);
    }
  }
  return found;
}

function look(folder: string, within: string, found: OldLayout): void {
  for (const entry of entriesOf(path.join(folder, within))) {
    const here = path.join(within, entry.name);
    if (entry.isDirectory()) {
      look(folder, here, found);
      found.folders.push(here);
    } else if (/^[0-9a-f]{40}\./.test(entry.name) || hostFile.test(entry.name)) {
      found.files.push(here);
    } else {
      found.foreign.push(here);
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new StoreFailure('read the folder', folder, error);
  }
}
