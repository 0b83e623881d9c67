import { describeReset } from './reset.contract.ts';
import { startEmbedded } from './embedded.ts';

describeReset('the embedded homeserver', startEmbedded);
