/** A file with a key or a token and nothing else. */
import { type ReadFile, whyUnreadable } from './environment.ts';

/** What is wrong with it; null for nothing. `what`: what it should hold. Nothing of that is ever shown. */
export function whatIsWrong(file: string, what: 'key' | 'token', readFile: ReadFile): string | null {
  try {
    const held = readFile(file).trim();
    if (held === '') return 'is an empty file';
    return /^[\x21-\x7e]+$/.test(held) ? null : `holds more than a ${what}: spaces, lines or special characters`;
  } catch (error) {
    return whyUnreadable(error);
  }
}
