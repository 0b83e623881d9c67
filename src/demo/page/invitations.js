/** The invitations of the bot are accepted by themselves: the conversation says so. */

/** Gives `accept(response)`, to be called with every sync response; `failed()` is called when one could not be accepted. */
export function createInvitations(matrix, { me, bot, failed }) {
  const isFromBot = ({ invite_state: { events = [] } = {} }) =>
    events.some(
      ({ type, sender, state_key: user, content }) =>
        type === 'm.room.member' && user === me && sender === bot && content.membership === 'invite',
    );

  return (response) => {
    for (const [room, invited] of Object.entries(response.rooms?.invite ?? {})) {
      if (isFromBot(invited)) matrix.join(room).catch(failed);
    }
  };
}
