import { commands } from '../../machines/commands.ts';
import { en } from '../text/en.ts';

/** A command as a page proposes it: `args` is what is written behind the name, empty where there is nothing. */
export interface CommandHint {
  name: string;
  args: string;
  hint: string;
}

/** The commands of a room with what the help says about each, in its order. */
export function commandHints(): CommandHint[] {
  return commands.map(({ name }) => {
    const { purpose, args = '' } = en.commands[name];
    return { name: `!${name}`, args, hint: purpose.replaceAll('`', '') };
  });
}
