import { startEmbedded } from './embedded.ts';
import { describeGuardedFiles } from './files-guarded.contract.ts';

describeGuardedFiles('the embedded homeserver', startEmbedded);
