import { testMistakes } from './house.ts';
import { ofThisMachine } from './state.ts';

testMistakes(ofThisMachine);
