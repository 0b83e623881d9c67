import { startEmbedded } from './embedded.ts';
import { describeMedia } from './media.contract.ts';

describeMedia('the embedded homeserver', () => startEmbedded());
