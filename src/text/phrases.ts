import { distance } from 'fastest-levenshtein';
import { commands } from '../../machines/commands.ts';
import type { CommandName } from '../../machines/commands.ts';
import { cleanText } from './clean.ts';
import type { Purposes } from './notices.ts';
import { splitMarkdown } from './split.ts';

const MAX_VALUE_LENGTH = 200;
const MAX_QUOTE_BYTES = 5_000;

/** A value from outside (a name, a path, a user id) on one line, where none of it is read as Markdown. */
export function code(value: string): string {
  const line = cleanText(value.slice(0, 10 * MAX_VALUE_LENGTH))
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...line];
  const shown = characters.length > MAX_VALUE_LENGTH ? `${characters.slice(0, MAX_VALUE_LENGTH).join('')}…` : line;
  if (shown === '') return '` `';
  const longestRun = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longestRun + 1);
  return longestRun === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}

/** Markdown from outside as a quote, which nothing inside can leave: at most 5,000 bytes of it. */
export function quote(markdown: string): string {
  const [head = '', ...rest] = splitMarkdown(markdown, MAX_QUOTE_BYTES);
  return (rest.length > 0 ? `${head}\n\n…` : head.trimEnd()).replace(/^/gm, '> ');
}

/** One line of a list for each command: its name, what it is for, its other names. */
export function commandList(purposes: Purposes, also: string): string {
  return commands
    .map(({ name, aliases }) => {
      const others = aliases.map((alias) => `\`!${alias}\``).join(', ');
      return `- \`!${name}\`: ${purposes[name]}${others === '' ? '' : ` (${also} ${others})`}`;
    })
    .join('\n');
}

/** The command that somebody who wrote `!name` probably meant; null when none is near enough. */
export function nearestCommand(name: string): CommandName | null {
  const written = name.slice(0, 20).toLowerCase();
  const near = commands
    .map((command) => ({ name: command.name, far: distance(written, command.name) }))
    .filter(({ name: candidate, far }) => far * 2 <= candidate.length)
    .sort((one, other) => one.far - other.far);
  return near[0]?.name ?? null;
}
