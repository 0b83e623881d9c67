/** What `doctor` prints. */
import { VERSION } from '../basics/version.ts';
import { oneLine } from '../basics/visible.ts';
import type { Problem } from '../config/problem.ts';
import type { Found, Standing } from './check.ts';

const SHOWN = 1_000;
const words: Record<Standing, string> = { ok: 'ok', warn: 'warn', fail: 'FAIL', skipped: '-' };

export function asText(found: readonly Found[]): string {
  const width = Math.max(...found.map(({ check }) => check.length));
  const lines = found.map(
    ({ check, is, says }) => `${words[is].padEnd(4)}  ${check.padEnd(width)}  ${oneLine(says, SHOWN)}`,
  );
  return [`Roomkeeper ${VERSION} on Node ${process.versions.node}`, ...lines, summaryOf(found)].join('\n');
}

function summaryOf(found: readonly Found[]): string {
  const count = (wanted: Standing) => found.filter(({ is }) => is === wanted).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const warnings = warned === 0 ? '' : ` ${warned === 1 ? 'One thing is' : `${warned} things are`} probably not meant.`;
  if (failed > 0) return `${failed === 1 ? 'One thing' : `${failed} things`} failed.${warnings}`;
  return `Nothing failed.${warnings}`;
}

export function asJson(found: readonly Found[]): string {
  const isWell = found.every(({ is }) => is !== 'fail');
  return JSON.stringify({ ok: isWell, version: VERSION, node: process.versions.node, found }, null, 2);
}

export function problemsAsJson(problems: readonly Problem[]): string {
  return JSON.stringify({ ok: false, version: VERSION, node: process.versions.node, problems }, null, 2);
}

/** One line that changes, where somebody looks on. */
export function createProgress(names: readonly string[], terminal: { isTTY?: boolean; write(text: string): unknown }) {
  const waiting = new Set(names);
  const clear = '\r\u001b[K';
  const show = () => {
    if (terminal.isTTY !== true) return;
    const done = `${names.length - waiting.size} of ${names.length} checked`;
    terminal.write(waiting.size === 0 ? clear : `${clear}${done}, waiting for ${[...waiting].join(', ')}`);
  };
  show();
  return (name: string): void => {
    waiting.delete(name);
    show();
  };
}
