import { runInOneBrowser } from './in-one-browser.ts';

runInOneBrowser('test/together/console-4.ts');
