/** What stands in several files of sentences, in English. */
import { sizeOf, type Amount, type Size } from './amount.ts';

/** `1 minute`, `2 minutes`. */
export function counted({ count, unit }: Amount): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const abbreviations: Record<Size['unit'], string> = {
  byte: 'bytes',
  kilobyte: 'KB',
  megabyte: 'MB',
  gigabyte: 'GB',
};

/** `1 byte`, `12 KB`, `1.4 MB`. */
export function sized(bytes: number): string {
  const { count, unit } = sizeOf(bytes);
  return count === 1 && unit === 'byte' ? '1 byte' : `${count} ${abbreviations[unit]}`;
}

/** Beside other things that are told. */
export function filesWait(count: number): string {
  return count === 1
    ? '1 file is waiting for your next message: `!list` shows it.'
    : `${count} files are waiting for your next message: \`!list\` shows them.`;
}
