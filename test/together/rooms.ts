import { runTogether } from './run.ts';

runTogether('test/together/rooms.ts');
