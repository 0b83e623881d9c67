/** The service as a process: log, ops server, signals, and why it ended. */
import { startApp, type App } from './app.ts';
import { asError } from './basics/describe-error.ts';
import { VERSION } from './basics/version.ts';
import type { Config } from './config/config.ts';
import type { RegistrySource } from './config/reload.ts';
import { serveInspector, type InspectorOptions } from './inspect/serve.ts';
import { createLog } from './ops/log.ts';
import { createMetrics } from './ops/metrics.ts';
import { startOps } from './ops/server.ts';
import { startPushes } from './pushes/server.ts';
import { PositionLost } from './start/position-lost.ts';

export interface ServeOptions {
  /** Lets inspectors look on; null for nobody. */
  inspect: Omit<InspectorOptions, 'log'> | null;
  /** Asks another service of the account to end. */
  takeOver: boolean;
  /** The registry file, to be read again when it changes or a SIGHUP comes; null without one. */
  registry: RegistrySource | null;
}

/** Serves until a signal; throws what keeps the service from starting or from going on. A second signal ends it at once. */
export async function serve(config: Config, { inspect, takeOver, registry }: ServeOptions): Promise<void> {
  const log = createLog(config.log);
  log.info({ version: VERSION, node: process.versions.node }, 'starting');
  for (const warning of config.warnings) log.warn({ warning }, 'configuration');
  const opened: { close(): Promise<void> }[] = [];
  let app: App | null = null;
  let isStopping = false;
  let unexpected: Error | null = null;
  // The last barrier: whatever nobody catches ends the service as a signal would, with its reason.
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (thrown: unknown) => {
      log.error({ kind, error: thrown }, 'nobody caught an error, stopping');
      unexpected ??= asError(thrown);
      isStopping = true;
      void app?.stop();
    });
  }
  try {
    const inspector = inspect === null ? null : await serveInspector({ ...inspect, log });
    if (inspector !== null) opened.push(inspector);
    const metrics = createMetrics();
    const options = {
      log,
      takeOver,
      registry,
      meter: metrics,
      ...(inspector === null ? {} : { inspect: inspector.inspect }),
    };
    let running = (app = await startApp(config, options));
    if (isStopping) void running.stop();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        isStopping = true;
        void running.stop();
      });
    }
    // Without a listener it would end the process.
    process.on('SIGHUP', () => running.reload());
    const drain = () => {
      isStopping = true;
      void running.stop();
    };
    const asked = { health: () => running.health(), desk: () => running.desk(), drain, metrics };
    if (config.ops !== null) opened.push(await startOps({ ...config.ops, ...asked, log }));
    const push = {
      agents: () => running.config().agents,
      take: (pushed: Parameters<App['push']>[0]) => running.push(pushed),
      log,
    };
    if (config.pushes !== null) opened.push(await startPushes({ ...config.pushes, ...push }));
    let problem = await running.ended;
    while (problem instanceof PositionLost && !isStopping) {
      log.error({ problem: problem.message }, 'starting anew');
      running = app = await startApp(running.config(), options);
      // The signal that came meanwhile stopped the one before.
      if (isStopping) void running.stop();
      problem = await running.ended;
    }
    if (unexpected !== null) throw unexpected as Error;
    if (problem !== null && !(problem instanceof PositionLost)) throw problem;
  } finally {
    // What listens would keep the process alive.
    await app?.stop();
    await Promise.all(opened.map((one) => one.close()));
  }
}
