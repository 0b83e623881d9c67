import { synapseLimits } from '../../src/homeserver/index.ts';
import { startEmbedded } from './embedded.ts';
import { describeMeeting } from './meeting.contract.ts';

describeMeeting('the embedded homeserver', () => startEmbedded('12', synapseLimits));
