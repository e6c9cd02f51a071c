#!/usr/bin/env node
// The installed command: the bundle if it is up to date, else the sources, on Node 24.
'use strict';
process.argv.splice(2, 0, require('../scripts/bundle-state.cjs').programFile());
require('../scripts/node.cjs');
