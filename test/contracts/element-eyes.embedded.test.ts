import { startEmbedded } from './embedded.ts';
import { describeElementEyes } from './element-eyes.contract.ts';

describeElementEyes('the embedded homeserver', () => startEmbedded());
