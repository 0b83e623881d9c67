/** Puts links in the place of files and folders, and back, as fast as it can, until it is killed: `place=target` each. */
import { renameSync, symlinkSync, unlinkSync } from 'node:fs';

const swaps = process.argv.slice(2).map((argument) => argument.split('=') as [string, string]);
let number = 0;

function quietly(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

function swap(): void {
  for (const [place, target] of swaps) {
    if (!quietly(() => renameSync(place, `${place}.aside`))) continue;
    // Somebody may make a folder there meanwhile.
    if (!quietly(() => symlinkSync(target, place))) quietly(() => renameSync(place, `${place}.extra${number++}`));
    quietly(() => unlinkSync(place));
    if (!quietly(() => renameSync(`${place}.aside`, place))) {
      quietly(() => renameSync(place, `${place}.extra${number++}`));
      quietly(() => renameSync(`${place}.aside`, place));
    }
  }
}

for (let round = 0; ; round++) {
  swap();
  if (round === 0) process.send?.('swapping');
}
