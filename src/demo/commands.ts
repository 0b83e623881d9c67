import { commands } from '../../machines/commands.ts';
import { en } from '../text/en.ts';
import type { CommandHint } from './wire.ts';

/** A line of the help: `!name args`, then what it is for. */
const LINE = /^- `!(\w+) ?([^`]*)`: (.*)$/;

/** The commands of a room with what the help says about each, in its order. */
export function commandHints(): CommandHint[] {
  const lines = en
    .help({ inSpace: true })
    .split('\n')
    .map((line) => LINE.exec(line));
  return commands.map(({ name }) => {
    const [, , args = '', hint = ''] = lines.find((line) => line?.[1] === name) ?? [];
    return { name: `!${name}`, args, hint: hint.replaceAll('`', '') };
  });
}
