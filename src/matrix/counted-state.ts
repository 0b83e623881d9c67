/** State of rooms counts like messages where a homeserver limits an account: it waits its turn in the same budget. */
import type { MatrixApi } from './client.ts';
import type { Courier } from './courier.ts';

/** The same client, which sends state only when the budget allows. */
export function withCountedState(api: MatrixApi, counted: Courier['counted']): MatrixApi {
  return { ...api, putState: (room, ...rest) => counted(room, () => api.putState(room, ...rest)) };
}
