import { startEmbedded } from './embedded.ts';
import { describeKilledFiles } from './files-killed.contract.ts';

describeKilledFiles('the embedded homeserver', startEmbedded);
