import { runTogether } from './run.ts';

runTogether('test/together/flows-2.ts');
