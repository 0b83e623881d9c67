/** Text from outside without characters that nobody should see or that break a page. */
import { shown } from '../basics/visible.ts';

/** Every control character but line feed and tab. */
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/**
 * Makes text of any origin fit to be shown: well-formed Unicode, line feeds only, no terminal sequences, other control
 * characters as U+FFFD, nothing that reorders what is read. Cleaning twice is the same as once.
 */
export function cleanText(text: string): string {
  return shown(text).replace(/\r\n?/g, '\n').replace(CONTROLS, '\ufffd');
}
