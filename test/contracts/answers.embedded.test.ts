import { describeAnswers } from './answers.contract.ts';
import { startEmbedded } from './embedded.ts';

describeAnswers('the embedded homeserver', startEmbedded);
