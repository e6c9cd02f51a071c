import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inheritedSocket } from './inherited-socket.ts';

test('a socket that the service manager opened for this process is used, and only that', () => {
  assert.equal(inheritedSocket({}, 7), null);
  assert.equal(inheritedSocket({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7), 3);
  // Another process was meant, such as a parent that passed its environment on.
  assert.equal(inheritedSocket({ LISTEN_PID: '6', LISTEN_FDS: '1' }, 7), null);
  assert.equal(inheritedSocket({ LISTEN_PID: '7', LISTEN_FDS: '0' }, 7), null);
  assert.throws(() => inheritedSocket({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7), /passed 2 sockets/);
});
