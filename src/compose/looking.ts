/** How the service looks at an agent that nobody talks to: what answers its people is asked whether it is there. */
import type { AgentId } from '../../machines/ids.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Capabilities, OpenLink } from '../ports.ts';
import { providerOf } from '../reference-agent/hosted.ts';
import { knock } from '../reference-agent/knock.ts';

const NONE: Capabilities = { idempotent: false, request_id: false, confirmations: false, stop: false, contexts: false };

/**
 * Links that show whether an agent is there. Of a language model (`kind: provider`) its provider is asked for the list of
 * its models, for `ms` at the most: the agent in front of it runs in this process and is always there. All others are
 * called by `open`.
 */
export function lookingAt(agentOf: (id: AgentId) => AgentConfig | null, open: OpenLink, ms: number): OpenLink {
  return (target, listen) => {
    const agent = agentOf(target.agent);
    if (agent?.provider === undefined) return open(target, listen);
    const closed = new AbortController();
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(ms)]);
    const provider = providerOf({ baseUrl: agent.baseUrl, provider: agent.provider }, ms);
    void knock(provider, signal).then((trouble) => {
      if (closed.signal.aborted) return;
      if (trouble === null) listen({ type: 'ready', capabilities: NONE, session: null });
      else listen({ type: 'unreachable', trouble, detail: '' });
    });
    return { ask() {}, confirm() {}, stop() {}, close: () => closed.abort() };
  };
}
