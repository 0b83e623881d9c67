import { startEmbedded } from './embedded.ts';
import { describeExamples } from './examples.contract.ts';

describeExamples('the embedded homeserver', startEmbedded);
