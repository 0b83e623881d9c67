import { startSynapse } from '../support/synapse/synapse.ts';
import { describeMeeting } from './meeting.contract.ts';

describeMeeting('Synapse', () => startSynapse({ limits: 'default' }));
