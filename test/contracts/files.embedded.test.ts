import { describeFiles } from './files.contract.ts';
import { startEmbedded } from './embedded.ts';

describeFiles('the embedded homeserver', startEmbedded);
