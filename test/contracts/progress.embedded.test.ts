import { startEmbedded } from './embedded.ts';
import { describeProgress } from './progress.contract.ts';

describeProgress('the embedded homeserver', startEmbedded);
