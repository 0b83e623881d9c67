/** What `check-agents` prints. */
import type { Check, Report } from './check.ts';

/** One line an agent, and below it a sentence for everything that is wrong. */
export function asTable(reports: readonly Report[]): string {
  const names = Math.max(...reports.map(({ agent }) => agent.length));
  const addresses = Math.max(...reports.map(({ address }) => address.length));
  const lines = reports.flatMap(({ agent, address, checks }) => [
    [agent.padEnd(names), address.padEnd(addresses), checks.map(inShort).join(', ')].join('  '),
    ...checks.flatMap(({ name, problems }) => problems.map((problem) => `  ${name}: ${problem}`)),
  ]);
  const bad = reports.filter(({ ok }) => !ok).length;
  const all = reports.length === 1 ? 'The agent' : `All ${reports.length} agents`;
  const summary = bad === 0 ? `${all} passed.` : `${bad} of ${reports.length} agents did not pass.`;
  return [...lines, summary].join('\n');
}

export function inShort({ name, result, ms }: Check): string {
  return `${name} ${result}${ms === null ? '' : ` (${ms} ms)`}`;
}

export function asJson(reports: readonly Report[]): string {
  return JSON.stringify({ ok: reports.every(({ ok }) => ok), agents: reports }, null, 2);
}
