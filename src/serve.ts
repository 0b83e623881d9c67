/** The service as a process: log, ops server, signals, and why it ended. */
import { PositionLost, startApp } from './app.ts';
import type { Config } from './config/config.ts';
import { serveInspector, type InspectorOptions } from './inspect/serve.ts';
import { createLog } from './ops/log.ts';
import { startOps } from './ops/server.ts';

/**
 * Serves until a signal; throws what keeps the service from starting or from going on. A second signal ends it at once.
 * `inspect`: lets inspectors look on; null for nobody.
 */
export async function serve(config: Config, inspect: Omit<InspectorOptions, 'log'> | null): Promise<void> {
  const log = createLog(config.log);
  for (const warning of config.warnings) log.warn({ warning }, 'configuration');
  const inspector = inspect === null ? null : await serveInspector({ ...inspect, log });
  const options = { log, ...(inspector === null ? {} : { inspect: inspector.inspect }) };
  let app = await startApp(config, options);
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      isStopping = true;
      void app.stop();
    });
  }
  try {
    const ops = config.ops === null ? null : await startOps({ ...config.ops, health: () => app.health(), log });
    let problem = await app.ended;
    while (problem instanceof PositionLost && !isStopping) {
      log.error({ problem: problem.message }, 'starting anew');
      app = await startApp(config, options);
      problem = await app.ended;
    }
    await Promise.all([ops?.close(), inspector?.close()]);
    if (problem !== null && !(problem instanceof PositionLost)) throw problem;
  } catch (error) {
    await app.stop();
    throw error;
  }
}
