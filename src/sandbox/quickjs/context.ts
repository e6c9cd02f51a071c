import type { Engine } from './engine.ts';
import { preludeSource } from './prelude.ts';

/**
 * Base objects, Date, Eval (the engine can't run a script without), strings, RegExp, JSON, Proxy, collections, typed
 * arrays, promises, BigInt. No host access.
 */
const INTRINSICS = 0xfff;
/** The engine's own stack available to a script: some 2,700 plain calls deep, then an ordinary InternalError. */
const STACK_BYTES = 512 * 1024;
const CONTEXT_BYTES = 1024;
/** File name of programs in stack traces. */
export const PROGRAM_FILE = 'template';

/** Addresses of a context and of the prelude's objects. They are valid in every copy of the memory. */
export type Realm = {
  context: number;
  /** The address of the 64-bit state of `Math.random`. */
  random: number;
  /** The status words of the prelude: see there. */
  status: number;
  enter: number;
  retell: number;
  describe: number;
  /** Three words: the arguments of the next call. */
  args: number;
  undefined: number;
  true: number;
  false: number;
};

type Context = Pick<Realm, 'context'>;

/** The result of a call: a value, or the error that ended it. Both are values in the engine. */
type Completion = { isError: boolean; value: number };

/**
 * Opens a context and runs the prelude. `clock` is the engine's clock, set to `bornMs` during this: the engine seeds
 * `Math.random` with the time, which makes its state findable in memory.
 */
export function openRealm(
  engine: Engine,
  clock: { nowMs: number },
  outputBytesMax: number,
  bornMs = 1_234_567_890_123,
): Realm {
  const { functions } = engine;
  const runtime = functions.QTS_NewRuntime();
  functions.QTS_RuntimeEnableInterruptHandler(runtime);
  functions.QTS_RuntimeSetMaxStackSize(runtime, STACK_BYTES);
  clock.nowMs = bornMs;
  const context = functions.QTS_NewContext(runtime, INTRINSICS);
  const random = addressOf(engine.bytes, context, BigInt(bornMs) * 1000n);
  clock.nowMs = 0;
  const args = engine.malloc(3 * Uint32Array.BYTES_PER_ELEMENT);
  const prelude = evaluate(engine, { context }, preludeSource(outputBytesMax), 'prelude');
  const member = (index: string) => functions.QTS_GetProp(context, prelude.value, newText(engine, { context }, index));
  return {
    context,
    random,
    status: member('0'),
    enter: member('1'),
    retell: member('2'),
    describe: member('3'),
    args,
    undefined: functions.QTS_GetUndefined(),
    true: functions.QTS_GetTrue(),
    false: functions.QTS_GetFalse(),
  };
}

/** Runs a script's top level. */
export function evaluate(engine: Engine, realm: Context, source: string, file: string): Completion {
  const { address, bytes } = write(engine, source);
  const value = engine.functions.QTS_Eval(realm.context, address, bytes, file, 0, 0);
  engine.free(address);
  return completion(engine, realm, value);
}

/** Reads a global variable and its type. */
export function getGlobal(engine: Engine, realm: Realm, name: string): Completion & { type: string } {
  const { functions } = engine;
  const key = newText(engine, realm, name);
  const found = functions.QTS_GetProp(realm.context, functions.QTS_GetGlobalObject(realm.context), key);
  const read = completion(engine, realm, found);
  return { ...read, type: readCString(engine, functions.QTS_Typeof(realm.context, read.value)) };
}

/** Calls a function of the realm with up to three arguments. */
export function call(engine: Engine, realm: Realm, fn: number, ...args: number[]): Completion {
  const at = realm.args >>> 2;
  for (let i = 0; i < args.length; i++) engine.words[at + i] = args[i] ?? 0;
  const value = engine.functions.QTS_Call(realm.context, fn, realm.undefined, args.length, realm.args);
  return completion(engine, realm, value);
}

/** Copies a text without U+0000 and lone surrogates into the realm. Throws when memory is exhausted. */
export function newText(engine: Engine, realm: Context, text: string): number {
  const { address } = write(engine, text);
  const value = engine.functions.QTS_NewString(realm.context, address);
  engine.free(address);
  if (engine.functions.QTS_ResolveException(realm.context, value) !== 0) throw noRoom();
  return value;
}

/** The bytes of a text value, without copying. Throws when memory is exhausted. */
export function readText(engine: Engine, realm: Realm, value: number): Buffer {
  const address = engine.functions.QTS_GetString(realm.context, value);
  if (address === 0) throw noRoom();
  return engine.bytes.subarray(address, engine.bytes.indexOf(0, address));
}

/** The two words of the realm's status. */
export function readStatus(engine: Engine, realm: Realm): [kind: number | undefined, length: number | undefined] {
  const at = engine.functions.QTS_GetArrayBuffer(realm.context, realm.status) >>> 2;
  return [engine.words[at], engine.words[at + 1]];
}

function noRoom(): Error {
  return new Error('The engine has no memory left for the input.');
}

function readCString(engine: Engine, address: number): string {
  return engine.bytes.toString('latin1', address, engine.bytes.indexOf(0, address));
}

function write(engine: Engine, text: string): { address: number; bytes: number } {
  const bytes = Buffer.byteLength(text);
  const address = engine.malloc(bytes + 1);
  if (address === 0) throw noRoom();
  engine.bytes.write(text, address);
  engine.bytes[address + bytes] = 0;
  return { address, bytes };
}

function completion(engine: Engine, realm: Context, value: number): Completion {
  const error = engine.functions.QTS_ResolveException(realm.context, value);
  return error === 0 ? { isError: false, value } : { isError: true, value: error };
}

/** The address of a 64-bit number in the context's record. 0: not found, or found more than once. */
function addressOf(memory: Buffer, context: number, number: bigint): number {
  const wanted = Buffer.alloc(8);
  wanted.writeBigUInt64LE(number);
  const record = memory.subarray(context, context + CONTEXT_BYTES);
  const at = record.indexOf(wanted);
  return at < 0 || record.includes(wanted, at + 1) || (context + at) % 4 !== 0 ? 0 : context + at;
}
