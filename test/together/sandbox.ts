import { runTogether } from './run.ts';

runTogether('test/together/sandbox.ts');
