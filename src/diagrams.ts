/** The command `diagrams`: writes what the machines say about themselves beside them. */
import { writeFile } from 'node:fs/promises';
import { renderReadme } from './diagrams/readme.ts';

const page = new URL('../machines/README.md', import.meta.url);

/** What `machines/README.md` must contain now. */
export function renderMachinesReadme(): string {
  return renderReadme();
}

/** Writes `machines/README.md`. */
export async function writeDiagrams(): Promise<void> {
  await writeFile(page, renderMachinesReadme());
}
