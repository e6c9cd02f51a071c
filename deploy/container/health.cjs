'use strict';
// For health checks of containers, which have no curl: ends with 0 while the server is ready.
const { get } = require('node:http');

const port = process.env.MILLRACE_PORT || '8787';
get({ host: '127.0.0.1', port, path: '/readyz', timeout: 2_500 }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
})
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
