'use strict';
// Loaded into each test process before its tests. To name the test of an error that escapes a test, node:test follows
// every promise by an asynchronous hook, which takes a tenth of the processor time of all tests. Without the hook such an
// error still fails the file, with its message and stack.
const hooks = require('node:async_hooks');
const { isMainThread } = require('node:worker_threads');

let hook;
if (isMainThread) {
  const { createHook } = hooks;
  const inert = { enable: () => inert, disable: () => inert };
  hooks.createHook = (callbacks) => {
    hook = createHook(callbacks);
    return inert;
  };
  require('node:test').before(() => {}); // makes node:test create its hook now
  hooks.createHook = createHook;
}

/** Runs something with the hook: while files are loaded into suites, it tells which suite a test belongs to. */
module.exports.followed = async (run) => {
  hook?.enable();
  await run();
  hook?.disable();
};
