import { runInOneBrowser } from './in-one-browser.ts';

runInOneBrowser('test/together/console-1.ts');
