import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeOldRooms } from './old-rooms.contract.ts';

describeOldRooms('Synapse', sharedSynapse);
