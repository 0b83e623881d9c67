/** The metrics of a process, as Prometheus reads them. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Counts, Measured, Meter } from '../ports/meter.ts';
import type { OpsFacts } from '../ports/ops.ts';
import { counters, cpu, gauges, histograms } from './metrics-table.ts';

export interface Metrics extends Meter {
  contentType: string;
  /** The page; null: the service does not say how it is. */
  page(facts: OpsFacts | null): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counted = new Map(
    Object.entries(counters).map(([key, { name, help, labels }]) => {
      const counter = new Counter({ name, help, labelNames: labels as readonly string[], registers });
      return [key, counter] as const;
    }),
  );
  const measured = new Map(
    Object.entries(histograms).map(([key, { name, help, buckets }]) => {
      const histogram = new Histogram({ name, help, buckets: [...buckets], labelNames: ['agent'], registers });
      return [key, histogram] as const;
    }),
  );
  const found = gauges.map((row) => {
    const gauge = new Gauge({ name: row.name, help: row.help, labelNames: row.labels, registers });
    return [gauge, row] as const;
  });
  const usage = new Counter({ ...cpu, registers });

  return {
    contentType: registry.contentType,
    count: <Name extends keyof Counts>(name: Name, labels: Counts[Name], by = 1) =>
      counted.get(name)?.inc(labels as Record<string, string>, by),
    measure: (name: Measured, agent, ms) => measured.get(name)?.observe({ agent }, ms / 1000),
    async page(facts) {
      for (const [gauge, { labels, samples }] of found) {
        gauge.reset();
        // Without labels a gauge that was reset says 0.
        if (labels.length === 0) gauge.remove();
        for (const [values, value] of facts === null ? [] : samples(facts)) gauge.set(values, value);
      }
      const { user, system } = process.cpuUsage();
      usage.reset();
      usage.inc((user + system) / 1e6);
      return registry.metrics();
    },
  };
}
