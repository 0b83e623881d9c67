import { commands } from '../../machines/commands.ts';
import { en } from '../text/en.ts';
import type { CommandHint } from './wire.ts';

/** The commands of a room with what the help says about each, in its order. */
export function commandHints(): CommandHint[] {
  return commands.map(({ name }) => {
    const { purpose, args = '' } = en.commands[name];
    return { name: `!${name}`, args, hint: purpose.replaceAll('`', '') };
  });
}
