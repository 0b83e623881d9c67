/** Which Roomkeeper this is. */
import { readFileSync } from 'node:fs';

/** As package.json has it. */
export const VERSION = versionIn(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function versionIn(source: string): string {
  return (JSON.parse(source) as { version: string }).version;
}
