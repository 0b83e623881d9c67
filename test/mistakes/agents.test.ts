import { testMistakes } from './house.ts';
import { ofAgents } from './agents.ts';

testMistakes(ofAgents);
