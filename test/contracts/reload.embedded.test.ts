import { startEmbedded } from './embedded.ts';
import { describeReload } from './reload.contract.ts';

describeReload('the embedded homeserver', startEmbedded);
