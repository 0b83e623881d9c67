/** The service as a process: log, ops server, signals, exit. */
import { startApp } from './app.ts';
import type { Config } from './config/config.ts';
import { createLog } from './ops/log.ts';
import { startOps } from './ops/server.ts';

/** Serves until a signal; throws what keeps the service from starting or from going on. */
export async function runApp(config: Config): Promise<void> {
  const log = createLog(config.log);
  for (const warning of config.warnings) log.warn({}, warning);
  const app = await startApp(config, { log });
  const ops = config.ops === null ? null : await startOps({ ...config.ops, health: app.health, log });
  const stop = () => void app.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const problem = await app.ended;
  await ops?.close();
  if (problem !== null) throw problem;
}
