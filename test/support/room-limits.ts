/** Take it where a room needs limits, but not certain ones: those of an operator who sets nothing. */
import { UserId } from '../../machines/ids.ts';
import type { PolicyLimits } from '../../machines/room-limits.ts';
import { defaultPolicy } from '../../src/config/policy.ts';

const { limits, reply, clear, files } = defaultPolicy(UserId.parse('@bot:example.org'));

export const usualLimits: PolicyLimits = {
  ...limits,
  ...{ queued: reply.queued, waiting: reply.waiting, confirmClear: clear.confirm, refuseAlways: false },
  files: files.mode,
};
