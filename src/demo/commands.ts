import { commands } from '../../machines/commands.ts';
import { en } from '../text/en.ts';

/** The commands of a room with what the help says about each, in its order. */
export function commandHints(): { name: string; hint: string }[] {
  const help = en.help({}).split('\n');
  return commands.map(({ name }) => {
    const start = `- \`!${name}\`: `;
    const line = help.find((candidate) => candidate.startsWith(start));
    return { name: `!${name}`, hint: line?.slice(start.length).replaceAll('`', '') ?? '' };
  });
}
