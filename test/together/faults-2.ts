import { runTogether } from './run.ts';

runTogether('test/together/faults-2.ts');
