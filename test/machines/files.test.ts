import { expect, it } from 'vitest';
import { inWorkspace } from '../../machines/files.ts';

it.each([
  ['out/a.txt', 'out/a.txt'],
  ['./out//a.txt', 'out/a.txt'],
  ['/workspace/out/./a.txt', 'out/a.txt'],
  ['/workspace//out/a.txt', 'out/a.txt'],
  ['/agents/17/out/a.txt', 'out/a.txt'],
  ['workspace/a.txt', 'workspace/a.txt'],
  ['/workspaces/a.txt', '/workspaces/a.txt'],
  ['/etc/passwd', '/etc/passwd'],
  ['../a.txt', '../a.txt'],
])('%s is the file %s', (written, place) => {
  expect(inWorkspace(written)).toBe(place);
});
