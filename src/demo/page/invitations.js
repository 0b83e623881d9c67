/** The invitations of the bot are accepted by themselves: the conversation says so. */

/** @import { Invited, Matrix, SyncResponse } from './types.ts' */

/**
 * Gives `accept(response)`, to be called with every sync response; `failed()` is called when one could not be accepted.
 * @param {Matrix} matrix
 * @param {{ me: string, bot: string, failed: () => void }} options
 */
export function createInvitations(matrix, { me, bot, failed }) {
  /** @param {Invited} invited */
  const isFromBot = ({ invite_state: { events = [] } = {} }) =>
    events.some(
      ({ type, sender, state_key: user, content }) =>
        type === 'm.room.member' && user === me && sender === bot && content.membership === 'invite',
    );

  return (/** @type {SyncResponse} */ response) => {
    for (const [room, invited] of Object.entries(response.rooms?.invite ?? {})) {
      if (isFromBot(invited)) matrix.join(room).catch(failed);
    }
  };
}
