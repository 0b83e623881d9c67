/** The service as a process: log, ops server, signals, and why it ended. */
import { startApp } from './app.ts';
import type { Config } from './config/config.ts';
import { createLog } from './ops/log.ts';
import { startOps } from './ops/server.ts';

/** Serves until a signal; throws what keeps the service from starting or from going on. A second signal ends it at once. */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.log);
  for (const warning of config.warnings) log.warn({ warning }, 'configuration');
  const app = await startApp(config, { log });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      void app.stop();
    });
  }
  try {
    const ops = config.ops === null ? null : await startOps({ ...config.ops, health: app.health, log });
    const problem = await app.ended;
    await ops?.close();
    if (problem !== null) throw problem;
  } catch (error) {
    await app.stop();
    throw error;
  }
}
