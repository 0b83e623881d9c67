/** What the log says of the configuration at debug: where agents are and what is made of it. */
import { agentUrl, withoutSecrets } from '../agents/url.ts';
import type { Config } from '../config/config.ts';
import { hideCredentials } from '../config/problem.ts';
import type { Log } from '../ports.ts';

/** A memory that no room has: what stands in its place is not yet known. */
const ANY = '0';

export function logConfiguration(log: Log, { backend, matrix, agents }: Config): void {
  log.debug({ backend, homeserver: hideCredentials(matrix.homeserver), agents: agents.length }, 'configuration read');
  for (const { id: agent, baseUrl, workspace, concurrency, provider } of agents) {
    // Of a model the agent is in this process, at a port that nobody knows yet.
    const url = provider === undefined ? withoutSecrets(agentUrl(baseUrl, ANY)) : null;
    log.debug({ agent, configured: hideCredentials(baseUrl), url, workspace, concurrency }, 'agent configured');
  }
}
