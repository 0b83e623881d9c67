/** Whether a file that is open still is where others look for it. */
import { statSync } from 'node:fs';
import { codeOf } from './errors.ts';

/** Notes which file has the name now; what it gives tells whether the same one still has it. */
export function placeOf(name: string): () => boolean {
  const first = fileAt(name);
  return () => {
    const now = fileAt(name);
    return now === first || now === 'unknown';
  };
}

/** What cannot be looked at now may still be there. */
function fileAt(name: string): string {
  try {
    const { dev, ino } = statSync(name, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(error)) ? 'nowhere' : 'unknown';
  }
}
