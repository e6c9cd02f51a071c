/** `node:http`. Importing it as an ES module also loads Node's `fetch`: 30 ms of processor time at the start, and 4 MiB. */
export const nodeHttp = process.getBuiltinModule('node:http');
