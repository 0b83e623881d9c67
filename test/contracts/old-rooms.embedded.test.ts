import { startEmbedded } from './embedded.ts';
import { describeOldRooms } from './old-rooms.contract.ts';

describeOldRooms('the embedded homeserver', startEmbedded);
