import { describeContexts } from './contexts.contract.ts';
import { startEmbedded } from './embedded.ts';

describeContexts('the embedded homeserver', startEmbedded);
