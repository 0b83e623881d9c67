/** The name of a person's folder in a workspace that serves several. */
import { createHash } from 'node:crypto';
import type { UserId } from '../../machines/ids.ts';

const DIGITS = 32;

/** Nothing of the id stands in it, whatever that holds, and no two people have the same: 128 bits of its SHA-256. */
export function personFolder(person: UserId): string {
  // In UTF-8 all halves of a character are alike; their escapes are not.
  const id = person.isWellFormed() ? person : JSON.stringify(person);
  return createHash('sha256').update(id).digest('hex').slice(0, DIGITS);
}
