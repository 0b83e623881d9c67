/** How busy this process is. */
import type { EventLoopUtilization } from 'node:perf_hooks';

export interface Usage {
  /** Share of one core that the process used, all its threads together. */
  cpu: number;
  /** Share of the time in which the event loop was at work. */
  loop: number;
}

export interface Mark {
  at: number;
  cpu: NodeJS.CpuUsage;
  loop: EventLoopUtilization;
}

export function usageNow(): Mark {
  return { at: performance.now(), cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
}

export function usageSince({ at, cpu, loop }: Mark): Usage {
  const used = process.cpuUsage(cpu);
  const wall = performance.now() - at;
  return {
    cpu: (used.user + used.system) / 1000 / wall,
    loop: performance.eventLoopUtilization(performance.eventLoopUtilization(), loop).utilization,
  };
}

/** The CPU time of this thread so far, ms: what others do on the machine is no part of it. */
export function ownTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
