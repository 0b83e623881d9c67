/** What a homeserver counts against the account besides messages waits its turn in the same budget. */
import type { MatrixApi } from './client.ts';
import type { Courier } from './courier.ts';

/** The same client, which sends state, reactions and redactions, makes, joins and leaves rooms and invites only when the budget allows. */
export function withCounted(api: MatrixApi, { counted, inTurn }: Pick<Courier, 'counted' | 'inTurn'>): MatrixApi {
  return {
    ...api,
    putState: (room, ...rest) => counted(room, () => api.putState(room, ...rest)),
    putEvent: (room, ...rest) => counted(room, () => api.putEvent(room, ...rest)),
    redact: (room, ...rest) => counted(room, () => api.redact(room, ...rest)),
    createRoom: (...rest) => inTurn(null, 'command', () => api.createRoom(...rest)),
    join: (room, ...rest) => inTurn(room, 'command', () => api.join(room, ...rest)),
    invite: (room, ...rest) => inTurn(room, 'notice', () => api.invite(room, ...rest)),
    leave: (room, ...rest) => inTurn(room, 'notice', () => api.leave(room, ...rest)),
  };
}
