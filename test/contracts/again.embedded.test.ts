import { describeAskingAgain } from './again.contract.ts';
import { startEmbedded } from './embedded.ts';

describeAskingAgain('the embedded homeserver', startEmbedded);
