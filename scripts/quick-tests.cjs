'use strict';
// Loaded into each test process before its tests. To name the test of an error that escapes a test, node:test follows
// every promise by an asynchronous hook, which takes a tenth of the processor time of all tests. Without the hook such an
// error still fails the file, with its message and stack.
const hooks = require('node:async_hooks');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const { createHook } = hooks;
  const inert = { enable: () => inert, disable: () => inert };
  hooks.createHook = () => inert;
  require('node:test').before(() => {}); // makes node:test create its hook now
  hooks.createHook = createHook;
}
