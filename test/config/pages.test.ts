import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { policyInMarkdown, policyInYaml } from './pages.ts';

const root = path.join(import.meta.dirname, '../..');
const howTo = '`npm run examples` writes it from src/config/policy-keys.ts';

test.each<[string, RegExp, () => string]>([
  ['config/examples/several-agents.yaml', /^policy:\n(?: .*\n)+/m, policyInYaml],
  ['README.md', /^\| key .*\n(?:\|.*\n)+/m, policyInMarkdown],
])('%s says of the policy what its keys say', async (name, part, render) => {
  const file = path.join(root, name);
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(part);
  const page = await format(text.replace(part, render), { ...(await resolveConfig(file)), filepath: file });
  await expect(page, howTo).toMatchFileSnapshot(file);
});
