/** What somebody says that they do, fit for a notice that all in the room read: one line, without what looks like a key. */
import { oneLine } from './visible.ts';

/** Of what an agent says that it does, as a person counts characters. */
const STEP_LIMIT = 100;

/** As keys and tokens begin, and the piece of one that no word has: letters and digits mixed, twelve and more. */
const KEY_BEGINNING = /^(?:[spr]k[-_]|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sy[lt]_|mct_|hf_|AKIA|AIza|eyJ)/;
const KEY_PIECE = /(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{12}/i;

/** One short line, empty where nothing of it would be seen. */
export function stepWords(text: string): string {
  // To look for keys takes the square of the length: of what is shown, a few times as much is enough.
  return oneLine(withoutKeys(text.slice(0, 4 * STEP_LIMIT)), STEP_LIMIT);
}

export function looksLikeKey(word: string): boolean {
  return KEY_BEGINNING.test(word) || KEY_PIECE.test(word);
}

/** Words that look like a key are left out: a step is shown to everybody who is in the room. */
function withoutKeys(text: string): string {
  return text.replace(/[\w-]+/g, (word) => (looksLikeKey(word) ? '…' : word));
}
