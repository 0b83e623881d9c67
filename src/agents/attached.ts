/** The files that go with a message, and whether an agent's ERROR says that one of them is not there (WSP-11, ERR-15). */
import type { Text } from '../../machines/room.model.ts';

/** From the workspace on (FIN-04). */
export function pathsIn({ files = [] }: Text): string[] {
  return files.flatMap(({ there }) => (there === null ? [] : [there.path]));
}

const NOT_THERE =
  /enoent|not[ _-]?found|no such (?:file|path|attachment)|(?:does|do|did)(?: not|n['’]?t) exist|(?:cannot|can ?not|can['’]?t|could ?n['’]?t|could not|unable to) (?:find|open|read|access|locate)|(?:is|are) (?:missing|not there|absent)/i;

/** `said`: what the agent wrote. It has to name one of the files: what else it misses is its own affair. */
export function missesOneOf(paths: readonly string[], said: string): boolean {
  return NOT_THERE.test(said) && paths.some((path) => names(said, path.slice(path.lastIndexOf('/') + 1)));
}

/** A short name may be a part of any word. */
function names(said: string, name: string): boolean {
  const isWord = (at: number) => /[\p{L}\p{N}]/u.test(said[at] ?? '');
  for (let at = said.indexOf(name); at !== -1; at = said.indexOf(name, at + 1)) {
    if (!isWord(at - 1) && !isWord(at + name.length)) return true;
  }
  return false;
}
