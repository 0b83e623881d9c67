import { startEmbedded } from './embedded.ts';
import { describeStrangeRooms } from './strange-rooms.contract.ts';

describeStrangeRooms('the embedded homeserver', startEmbedded, 60_000);
