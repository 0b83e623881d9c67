import { testMistakes } from './house.ts';
import { ofConfiguration } from './configuration.ts';

testMistakes(ofConfiguration);
