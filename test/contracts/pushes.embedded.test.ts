import { startEmbedded } from './embedded.ts';
import { describePushes } from './pushes.contract.ts';

describePushes('the embedded homeserver', startEmbedded);
