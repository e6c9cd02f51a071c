'use strict';
// Loaded into the program before its own code (--require): its clock is the machine's plus the milliseconds in a file, so that
// a soak can set the clock of one process. Timers follow the machine, as they do when a real clock is set.
const { readFileSync } = require('node:fs');

const file = process.env.SHIFTED_CLOCK_FILE ?? '';
const machine = Date.now;
const freshMs = 20;
let shiftMs = 0;
let readAt = Number.NEGATIVE_INFINITY;

function shift() {
  const at = performance.now();
  if (at - readAt < freshMs) return shiftMs;
  readAt = at;
  try {
    shiftMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // There is no file: the clock is the machine's.
  }
  return shiftMs;
}

Date.now = () => machine() + shift();
