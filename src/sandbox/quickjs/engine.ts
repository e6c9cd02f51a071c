import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import build from '@jitl/quickjs-wasmfile-release-sync';
import { newVariant, type QuickJSSyncVariant } from 'quickjs-emscripten-core';

/** The engine's build. */
const releaseSync = build as unknown as QuickJSSyncVariant; // its types are those of its CommonJS module

/** A compiled module; threads can share it. */
export type WasmModule = { readonly __brand: 'WebAssembly.Module' };
type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

/** The part of WebAssembly's API in use. TypeScript declares it only with the DOM types. */
export const wasm = Reflect.get(globalThis, 'WebAssembly') as {
  // Reflect.get gives any: the shape is the WebAssembly JavaScript interface's.
  compile(bytes: Uint8Array): Promise<WasmModule>;
  Memory: new (pages: { initial: number; maximum: number }) => WasmMemory;
};

const PAGE = 65_536;
/** Static data and the engine's own stack, which are below the heap in this build. */
const BELOW_HEAP_BYTES = 5.5 * 1024 * 1024;
/** The build's declared initial size: no memory may be smaller. */
const pagesMin = 256;

/**
 * How far V8 may inline within WebAssembly, in nodes of its graph and as a factor of a function's size: a fifth less
 * time per render.
 */
const INLINING = ['--wasm-inlining-budget=20000', '--wasm-inlining-factor=10'];

/**
 * The functions of the engine that are called here. A pointer is an address in its memory, a value a pointer to a
 * boxed JSValue.
 */
type EngineFunctions = {
  QTS_NewRuntime(): number;
  QTS_RuntimeEnableInterruptHandler(runtime: number): void;
  QTS_RuntimeSetMaxStackSize(runtime: number, bytes: number): void;
  QTS_NewContext(runtime: number, intrinsics: number): number;
  QTS_Eval(context: number, text: number, bytes: number, file: string, detectModule: 0, flags: 0): number;
  QTS_Call(context: number, fn: number, self: number, argc: number, argv: number): number;
  QTS_ResolveException(context: number, value: number): number;
  QTS_NewString(context: number, text: number): number;
  QTS_GetString(context: number, value: number): number;
  QTS_GetProp(context: number, object: number, key: number): number;
  QTS_GetGlobalObject(context: number): number;
  QTS_GetArrayBuffer(context: number, value: number): number;
  QTS_Typeof(context: number, value: number): number;
  QTS_GetUndefined(): number;
  QTS_GetTrue(): number;
  QTS_GetFalse(): number;
};

/** One instance of the engine. Its memory has a fixed size, so the views never move. */
export type Engine = {
  functions: EngineFunctions;
  malloc(bytes: number): number;
  free(address: number): void;
  bytes: Buffer;
  words: Uint32Array;
  /** Whether the engine asked for more memory than it has; the caller resets it before each script. */
  hasRunOut: boolean;
  /** Called by the engine about every ten thousand steps; true ends the script with an error that it can't catch. */
  onStep: () => boolean;
};

/** Compiles the engine once; the module is shared with the worker threads. */
export async function compileEngine(): Promise<WasmModule> {
  // The engine's interpreter is one large function: with V8's default limits hardly anything is inlined into it.
  for (const flag of INLINING) setFlagsFromString(flag);
  const { resolve } = createRequire(import.meta.url);
  return wasm.compile(await readFile(resolve('@jitl/quickjs-wasmfile-release-sync/wasm')));
}

/** A new instance with `memoryBytes` of heap (at least about 11 MiB: the build's own minimum). */
export async function newEngine(module: WasmModule, memoryBytes: number): Promise<Engine> {
  const pages = Math.max(pagesMin, Math.ceil((BELOW_HEAP_BYTES + memoryBytes) / PAGE));
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  const quiet = { wasmMemory: memory, print() {}, printErr() {} };
  const variant = newVariant(releaseSync, { wasmModule: module, emscriptenModule: quiet });
  const [load, Functions] = await Promise.all([variant.importModuleLoader(), variant.importFFI()]);
  if (typeof load !== 'function') throw new Error('The script engine has an unknown module format.');
  const instance = await load();
  const engine: Engine = {
    // Its types brand every pointer; here all are addresses.
    functions: new Functions(instance) as unknown as EngineFunctions,
    malloc: (bytes) => instance._malloc(bytes),
    free: (address) => instance._free(address),
    bytes: Buffer.from(memory.buffer),
    words: new Uint32Array(memory.buffer),
    hasRunOut: false,
    onStep: () => false,
  };
  // The engine's C library asks for more memory when its heap is full. The effect in a script varies: an error, an
  // invalid pattern, or a thrown null when there is no memory for an error.
  memory.grow = () => {
    engine.hasRunOut = true;
    throw new RangeError('The memory of the engine has a fixed size.');
  };
  const refuse = () => {
    throw new Error('The sandbox has no host functions.');
  };
  instance.callbacks = {
    shouldInterrupt: () => (engine.onStep() ? 1 : 0),
    callFunction: refuse,
    loadModuleSource: refuse,
    normalizeModule: refuse,
    freeHostRef: refuse,
  };
  return engine;
}
