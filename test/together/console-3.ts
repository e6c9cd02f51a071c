import { runInOneBrowser } from './in-one-browser.ts';

runInOneBrowser('test/together/console-3.ts');
