/** What stands in several files of sentences, in English. */
import type { Amount } from './amount.ts';

/** `1 minute`, `2 minutes`. */
export function counted({ count, unit }: Amount): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
