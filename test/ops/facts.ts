/** Take it for what a service tells of itself. */
import { AgentId } from '../../machines/ids.ts';
import type { OpsFacts } from '../../src/ports/ops.ts';

const one = AgentId.parse('one');
const two = AgentId.parse('two');

export const facts: OpsFacts = {
  ...{ state: 'running', ready: true, missing: [], uptimeMs: 60_000, syncAgeMs: 1_500 },
  rooms: { 'at rest': 7, answering: 2, 'in line': 0, sending: 1, restarting: 0, parked: 1 },
  ...{ parkedRooms: 1, parkedEvents: 3, actors: 5, line: 4, outbox: 2, outboxAgeMs: 2_500 },
  ...{ refusedMessages: 1, damagedRecords: 2, storeWritable: true, freeBytes: 5_000_000_000, workspaceProblems: 1 },
  agents: [
    { agent: one, up: true, trouble: null, forMs: 60_000 },
    { agent: two, up: false, trouble: 'no-status', forMs: 30_000 },
    { agent: AgentId.parse('three'), up: null, trouble: null, forMs: 0 },
  ],
  causes: [{ about: 'agent', agent: two, trouble: 'no-status' }],
};
