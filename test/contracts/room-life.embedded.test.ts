import { startEmbedded } from './embedded.ts';
import { describeRoomLife } from './room-life.contract.ts';

describeRoomLife('the embedded homeserver with room version 11', '11', ['there', 'away'], () => startEmbedded('11'));

describeRoomLife('the embedded homeserver with room version 12', '12', ['away'], () => startEmbedded('12'));
