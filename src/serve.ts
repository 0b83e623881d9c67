/** The service as a process: log, ops server, signals, and why it ended. */
import { PositionLost, startApp } from './app.ts';
import type { Config } from './config/config.ts';
import { createLog } from './ops/log.ts';
import { startOps } from './ops/server.ts';

/** Serves until a signal; throws what keeps the service from starting or from going on. A second signal ends it at once. */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.log);
  for (const warning of config.warnings) log.warn({ warning }, 'configuration');
  let app = await startApp(config, { log });
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
      app = await startApp(config, { log });
      problem = await app.ended;
    }
    await ops?.close();
    if (problem !== null && !(problem instanceof PositionLost)) throw problem;
  } catch (error) {
    await app.stop();
    throw error;
  }
}
