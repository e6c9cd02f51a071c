import { runTogether } from './run.ts';

runTogether('test/together/storage.ts');
