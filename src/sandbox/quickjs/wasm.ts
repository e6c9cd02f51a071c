/** A compiled module; threads can share it. */
export type WasmModule = { readonly __brand: 'WebAssembly.Module' };
type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

/** The part of WebAssembly's API in use. TypeScript declares it only with the DOM types. */
export const wasm = Reflect.get(globalThis, 'WebAssembly') as {
  // Reflect.get gives any: the shape is the WebAssembly JavaScript interface's.
  compile(bytes: Uint8Array): Promise<WasmModule>;
  Memory: new (pages: { initial: number; maximum: number }) => WasmMemory;
};
