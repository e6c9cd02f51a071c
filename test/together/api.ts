import { runTogether } from './run.ts';

runTogether('test/together/api.ts');
