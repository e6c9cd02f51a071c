import { runTogether } from './run.ts';

runTogether('test/together/security.ts');
