'use strict';
// Loaded into each test process before its tests, to save processor time.
const hooks = require('node:async_hooks');
const { syncBuiltinESMExports } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const threads = require('node:worker_threads');
const { folder, isBundleFresh } = require('./bundle-state.cjs');

if (threads.isMainThread) {
  // To name the test of an error that escapes a test, node:test follows every promise by an asynchronous hook, which takes
  // a tenth of the processor time of all tests. Without the hook such an error still fails the file, with its message and
  // stack.
  const { createHook } = hooks;
  const inert = { enable: () => inert, disable: () => inert };
  hooks.createHook = () => inert;
  require('node:test').before(() => {}); // makes node:test create its hook now
  hooks.createHook = createHook;

  if (isBundleFresh()) startThreadsFromBundle();
}

/** Worker threads run the bundle, as those of a started program do: it loads 40 ms faster than the sources. */
function startThreadsFromBundle() {
  const bundled = (name) => pathToFileURL(join(folder, name));
  const source = pathToFileURL(join(__dirname, '..', 'src', '/')).href;
  const inSource = (address, path) => address.startsWith(source) && path.test(address.slice(source.length));
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options = {}) {
      const name = inSource(String(file), /worker\.ts$/) ? /[^/]+(?=\.ts$)/.exec(String(file))[0] : null;
      const modules = options.workerData?.modules;
      if (modules === undefined) super(name === null ? file : bundled(`${name}.js`), options);
      // The bundle has the storage operations of all rooms in one module; tests may bring others.
      else if (!modules.every((one) => inSource(one, /^\w+\/sqlite\/operations\.ts$/))) super(file, options);
      else {
        const workerData = { ...options.workerData, modules: [bundled('storage-operations.js').href] };
        super(bundled(`${name}.js`), { ...options, workerData });
      }
    }
  };
  syncBuiltinESMExports();
}
