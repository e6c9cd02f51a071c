import { runTogether } from './run.ts';

runTogether('test/together/ways-out.ts');
