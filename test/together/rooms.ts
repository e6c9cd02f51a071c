import { runTogether } from './run.ts';

await runTogether('test/together/rooms.ts');
