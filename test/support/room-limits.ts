/** What bounds the rooms of an operator who sets nothing: where a test needs limits and not certain ones. */
import { UserId } from '../../machines/ids.ts';
import type { PolicyLimits } from '../../machines/room-limits.ts';
import { defaultPolicy } from '../../src/config/policy.ts';

const { limits } = defaultPolicy(UserId.parse('@bot:example.org'));

export const usualLimits: PolicyLimits = { ...limits, refuseAlways: false };
