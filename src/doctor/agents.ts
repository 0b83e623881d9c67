/** The agents and their folders, as `check-agents` meets them. */
import { checkAgents, checkFolders, type Report } from '../check-agents/check.ts';
import { isHosted } from '../check-agents/model.ts';
import { inShort } from '../check-agents/report.ts';
import { fail, ok, type Finding, type World } from './check.ts';

/** From the call to STATUS. */
export const STATUS_SECONDS = 4;

const mock = (what: string) => ok(`${what} of the service's own process (MATRIX_PLATFORM_BACKEND=mock).`);

export async function checkAllAgents({ config, options }: World, signal: AbortSignal): Promise<Finding[]> {
  if (config.backend === 'mock') return [mock('The reference agent')];
  const reports = await checkAgents(config, { ...options, statusSeconds: STATUS_SECONDS, signal });
  return reports.map(judged);
}

function judged(report: Report): Finding {
  const { agent, address, ok: isWell, checks } = report;
  const said = checks.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
  const place = `${agent} at ${address}`;
  const facts = { ...report };
  return isWell
    ? ok(`${place}: ${checks.map(inShort).join(', ')}`, facts)
    : fail(`${place}: ${said.join('; ')}`, facts);
}

export async function checkAllFolders({ config }: World): Promise<Finding[]> {
  if (config.backend === 'mock') return [mock('A folder')];
  // The folder of a model's agent is made by the service itself, when it starts.
  const made = new Set(config.agents.filter(isHosted).map(({ id }) => id));
  const problems = (await checkFolders(config)).filter(({ agent, code }) => code !== 'missing' || !made.has(agent));
  if (problems.length === 0) {
    const folders = new Set(config.agents.filter((agent) => !isHosted(agent)).map(({ workspace }) => workspace));
    if (folders.size === 0) return [ok('The service makes the folders of its models itself.')];
    return [
      ok(
        `Each workspace is there and can be written: ${[...folders].join(', ')}. Whether an agent sees the same one, --files shows.`,
      ),
    ];
  }
  return problems.map(({ agent, says, ...facts }) => fail(`${agent}: ${says}`, { agent, ...facts }));
}
