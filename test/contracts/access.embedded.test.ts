import { describeAccess } from './access.contract.ts';
import { startEmbedded } from './embedded.ts';

describeAccess('the embedded homeserver', startEmbedded);
