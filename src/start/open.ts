/** What a start does before anybody is asked anything: what a newer version wrote is not for this one. */
import type { Config } from '../config/config.ts';
import type { Log, Now } from '../ports.ts';
import { openHouse, type House } from './house.ts';
import { readRemembered, type Remembered } from './remembered.ts';

/** Opens the state folder and reads its records, and begins to look at the workspaces. Throws as `openStore` and `readRemembered` do. */
export async function openRemembered(
  config: Config,
  now: Now,
  log: Log,
): Promise<{ house: House; remembered: Remembered }> {
  const house = await openHouse(config, now, log);
  try {
    const remembered = await readRemembered(house.store, log);
    // Nobody waits for it: a folder that hangs keeps no service from starting.
    void house.workspaces.watch.look();
    return { house, remembered };
  } catch (error) {
    await house.close();
    throw error;
  }
}
