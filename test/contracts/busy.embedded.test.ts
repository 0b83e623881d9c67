import { describeBusyRooms } from './busy.contract.ts';
import { startEmbedded } from './embedded.ts';

describeBusyRooms('the embedded homeserver', startEmbedded);
