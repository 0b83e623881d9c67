/** What a start does before anybody is asked anything: what a newer version wrote is not for this one. */
import type { Config } from '../config/config.ts';
import type { Log, Now } from '../ports.ts';
import { openHouse, type House } from './house.ts';
import { readRemembered, type Remembered } from './remembered.ts';

/** Opens the state folder and reads its records. Throws as `openStore` and `readRemembered` do. */
export async function openRemembered(
  config: Config,
  now: Now,
  log: Log,
): Promise<{ house: House; remembered: Remembered }> {
  const house = await openHouse(config, now, log);
  try {
    return { house, remembered: await readRemembered(house.store, log) };
  } catch (error) {
    await house.close();
    throw error;
  }
}
