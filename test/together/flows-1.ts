import { runTogether } from './run.ts';

runTogether('test/together/flows-1.ts');
