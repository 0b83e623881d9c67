import { startEmbedded } from './embedded.ts';
import { describeProviders } from './provider.contract.ts';

describeProviders('the embedded homeserver', startEmbedded);
