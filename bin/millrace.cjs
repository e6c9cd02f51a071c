#!/usr/bin/env node
// The installed command: the built program when there is one, else the sources of a checkout, on Node 24.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const built = join(__dirname, '..', 'dist', 'main.js');
const main = existsSync(built) ? built : join(__dirname, '..', 'src', 'main.ts');
process.argv.splice(2, 0, main);
require('../scripts/node.cjs');
