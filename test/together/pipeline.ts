import { runTogether } from './run.ts';

runTogether('test/together/pipeline.ts');
