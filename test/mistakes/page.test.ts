/** docs/operating.md has the table of mistakes, as it is tested. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { ofAgents } from './agents.ts';
import { ofConfiguration } from './configuration.ts';
import { ofTheHomeserver } from './homeserver.ts';
import type { Mistake } from './house.ts';
import { ofThisMachine } from './state.ts';

const parts: [string, readonly Mistake[]][] = [
  ['In the configuration', ofConfiguration],
  ['On this machine', ofThisMachine],
  ['On the way to the homeserver, and about the account', ofTheHomeserver],
  ['About agents and their folders', ofAgents],
];

function tableOf(mistakes: readonly Mistake[]): string {
  const rows = mistakes.map(({ mistake, said, sentence }) => [mistake, saidBy(said), inMarkdown(sentence)]);
  const table = [['mistake', 'who says it', 'what is said'], ['-', '-', '-'], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function saidBy(said: Mistake['said']): string {
  return said.map((one) => ('exit' in one ? `\`${one.by}\` (${one.exit})` : '`/readyz`')).join(', ');
}

function inMarkdown(sentence: string): string {
  return sentence.replaceAll(/\{[^}]*\}/g, '…').replaceAll(/[\\|*<]/g, '\\$&');
}

test('docs/operating.md lists them', async () => {
  const file = path.join(import.meta.dirname, '../../docs/operating.md');
  const text = await readFile(file, 'utf8');
  const rendered = parts.map(([title, mistakes]) => `### ${title}\n\n${tableOf(mistakes)}`).join('\n');
  const place = /### In the configuration\n[^]*?(?=\n## )/;
  expect(text).toMatch(place);
  const page = await format(
    text.replace(place, () => rendered),
    { ...(await resolveConfig(file)), filepath: file },
  );
  await expect(page, '`npm run examples` writes it from test/mistakes/').toMatchFileSnapshot(file);
});

test('there are many, and each is one of its own', () => {
  const all = parts.flatMap(([, mistakes]) => mistakes);
  expect(all.length).toBeGreaterThanOrEqual(45);
  const exits = all.flatMap(({ said }) => said).filter((one) => 'exit' in one && one.by !== 'doctor');
  expect(exits.length).toBeGreaterThanOrEqual(20);
  for (const [title, mistakes] of parts) {
    const names = mistakes.map(({ mistake, said }) => `${mistake} ${saidBy(said)}`);
    expect([title, names.length]).toEqual([title, new Set(names).size]);
  }
});
