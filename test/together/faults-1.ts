import { runTogether } from './run.ts';

runTogether('test/together/faults-1.ts');
