import { describeStateFolder } from './state-folder.contract.ts';
import { startEmbedded } from './embedded.ts';

describeStateFolder('the embedded homeserver', startEmbedded);
