'use strict';
// A service manager with a socket unit: it opens the socket, never accepts from it, and runs the program again each time it
// ends. Prints the port, then what the program prints. Arguments: the command of the program.
const { spawnSync } = require('node:child_process');
const { createServer } = require('node:net');

const server = createServer().listen(Number(process.env.SOCKET_PORT), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(JSON.stringify({ port }));
  // The loop keeps this process from accepting connections itself.
  for (;;)
    spawnSync('sh', ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...process.argv.slice(2)], {
      stdio: ['ignore', 1, 2, server._handle.fd],
      env: { ...process.env, LISTEN_FDS: '1', MILLRACE_PORT: process.env.MILLRACE_PORT ?? String(port) },
    });
});
