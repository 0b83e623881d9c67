/** What came since the last sync can no longer be asked for; the next start finds out what is unheard. */
export class PositionLost extends Error {
  constructor() {
    super('The homeserver no longer knows how far the bot has read. A new start reads its rooms again.');
  }
}
