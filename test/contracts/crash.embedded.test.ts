import { describeCrashes } from './crash.contract.ts';
import { startEmbedded } from './embedded.ts';

describeCrashes('the embedded homeserver', startEmbedded);
