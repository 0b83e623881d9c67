import { startEmbedded } from './embedded.ts';
import { describeManyRooms } from './many-rooms.contract.ts';

describeManyRooms('the embedded homeserver', startEmbedded, { people: 5, chatsPerPerson: 10, timeoutMs: 20_000 });
