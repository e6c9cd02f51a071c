'use strict';
// Where the bundle is, and whether it may be run. Plain CommonJS without dependencies: the launcher reads this in any Node.
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
/** Only a checkout has one: npm packs none. */
const lockFile = join(root, 'package-lock.json');
/** The folder with the bundle: the program as a few files, made by bundle.ts. */
const folder = join(root, 'dist', 'program');
/** What the bundle was made from: `files` of the checkout by their paths, and `packages` as packagesDigest() was then. */
const inputsFile = join(folder, 'inputs.json');

/** Of the lock file; its time says nothing, because npm rewrites the same text. */
function packagesDigest() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/**
 * Whether the bundle exists, and none of its sources and packages has changed since. In an installed
 * package it is always right.
 */
function isBundleFresh() {
  if (!existsSync(inputsFile)) return false;
  if (!existsSync(lockFile)) return true;
  const builtAt = statSync(inputsFile).mtimeMs;
  const changedAt = (path) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  const { files, packages } = JSON.parse(readFileSync(inputsFile, 'utf8'));
  return packages === packagesDigest() && files.every((path) => changedAt(path) <= builtAt);
}

/** The file to run: the bundle's if it is fresh, else the source's. */
function programFile() {
  return isBundleFresh() ? join(folder, 'main.js') : join(root, 'src', 'main.ts');
}

module.exports = { folder, inputsFile, packagesDigest, isBundleFresh, programFile };
