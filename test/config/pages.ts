/** What the rows of `policy-keys.ts` look like in the example file and in the README. */
import { dump } from 'js-yaml';
import { UserId } from '../../machines/ids.ts';
import { purposeOf } from '../../src/config/about.ts';
import { defaultPolicy, policyKeys, type PolicyKey, valueAt } from '../../src/config/policy.ts';
import { defaultOf } from '../../src/config/schema.ts';

const WIDTH = 120;
const policy = defaultPolicy(UserId.parse('@roomkeeper:example.org'));

/** The part `policy` of the example: every key with its default and a comment. */
export function policyInYaml(): string {
  const parts = [...Map.groupBy(policyKeys, ({ part }) => part)].map(([part, keys]) => {
    const isAlone = keys.some(({ path }) => path === part);
    return `${isAlone ? '' : `  ${part}:\n`}${keys.map((key) => keyInYaml(key, isAlone ? 2 : 4)).join('')}`;
  });
  return `policy:\n${parts.join('')}`;
}

function keyInYaml(key: PolicyKey, indent: number): string {
  const margin = ' '.repeat(indent);
  const line = `${margin}${key.key}: ${dump(valueAt(policy, key), { flowLevel: 0 }).trim()}`;
  const comment = purposeOf(key.schema);
  const commented = `${line} # ${comment}`;
  if (commented.length <= WIDTH) return `${commented}\n`;
  return `${wrapped(comment, WIDTH - indent - 2)
    .map((text) => `${margin}# ${text}\n`)
    .join('')}${line}\n`;
}

/** The table of the README: the parts that say who is served, and how. */
export function policyInMarkdown(): string {
  const rows = policyKeys
    .filter(({ part }) => !['reply', 'limits'].includes(part))
    .map(({ path, schema }) => [`\`${path}\``, defaultInMarkdown(schema), withCode(purposeOf(schema))]);
  const table = [['key', 'default', ''], ['-', '-', '-'], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function defaultInMarkdown(schema: PolicyKey['schema']): string {
  const value = defaultOf(schema);
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** What stands in quotes or in braces as code. */
function withCode(text: string): string {
  return text.replace(/"([^"]+)"|\{\w+\}/g, (all, quoted: string | undefined) => `\`${quoted ?? all}\``);
}

function wrapped(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}
