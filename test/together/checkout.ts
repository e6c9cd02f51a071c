import { runTogether } from './run.ts';

runTogether('test/together/checkout.ts');
