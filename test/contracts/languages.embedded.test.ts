import { startEmbedded } from './embedded.ts';
import { describeLanguages } from './languages.contract.ts';

describeLanguages('the embedded homeserver', startEmbedded);
