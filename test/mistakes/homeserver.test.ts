import { testMistakes } from './house.ts';
import { ofTheHomeserver } from './homeserver.ts';

testMistakes(ofTheHomeserver);
