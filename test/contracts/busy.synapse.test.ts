import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeBusyRooms } from './busy.contract.ts';

describeBusyRooms('Synapse', sharedSynapse);
