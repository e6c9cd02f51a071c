import { type Attack, gives, script } from './attack.ts';

/** Tries to corrupt the engine's memory with values that change while a native function uses them. */
export const ENGINE_BREAKERS: Attack[] = [
  script(
    'reads beyond a typed array',
    `const a = new Uint8Array(new ArrayBuffer(8)); return [a[-1], a[8], a[2 ** 31], a[-(2 ** 31)], a['4294967296']].join()`,
    gives(',,,,'),
  ),
  script(
    'asks for a view larger than its buffer',
    `try { return String(new Uint8Array(new ArrayBuffer(8), 0, 2 ** 32).length) } catch (e) { return e.name }`,
    gives('RangeError'),
  ),
  script(
    'asks for a view at an offset that wraps',
    `try { return String(new DataView(new ArrayBuffer(8), 4).getUint32(2 ** 32 - 4)) } catch (e) { return e.name }`,
    gives('RangeError'),
  ),
  script(
    'shrinks a buffer while it is filled',
    `const b = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 16 }); const a = new Uint8Array(b); a.fill({ valueOf() { b.resize?.(0); return 0x41 } }); const big = new Array(5000).fill(1.5); return String(big.every((x) => x === 1.5))`,
    gives('true'),
  ),
  script(
    'moves a buffer away while it is copied',
    `const b = new ArrayBuffer(1 << 16), a = new Uint8Array(b); try { a.copyWithin({ valueOf() { b.transfer?.(); return 0 } }, 8) } catch (e) { return e.name === 'TypeError' ? 'held' : e.name } return 'held'`,
    gives('held'),
  ),
  script(
    'shortens an array while it is sorted',
    `const a = Array.from({ length: 500 }, (_, i) => ({ i })); a.sort((x, y) => { a.length = 0; return x.i - y.i }); return String(a.every((x) => x === undefined || typeof x.i === 'number'))`,
    gives('true'),
  ),
  script(
    'shortens an array while it is cut',
    `const a = [1, 2, 3, 4]; const cut = a.slice({ valueOf() { a.length = 0; return 0 } }, 4); return JSON.stringify(cut)`,
    gives('[null,null,null,null]'),
  ),
  script(
    'shortens an array while it is written as JSON',
    `const a = [{ toJSON() { a.length = 1; return 'x' } }, 2, 3]; return JSON.stringify(a)`,
    gives('["x",null,null]'),
  ),
  script(
    'changes the class of an element while it is concatenated',
    `const a = [1.1, 2.2]; a[Symbol.isConcatSpreadable] = true; Object.defineProperty(a, 'length', { value: 1e3, writable: true }); return String([].concat(a).length)`,
    gives('1000'),
  ),
  script(
    'moves the position of a pattern out of its text',
    `const r = /x/y; r.lastIndex = { valueOf() { r.lastIndex = 0; return -5 } }; return String(r.exec('x')?.index)`,
    gives('0'),
  ),
  script(
    'compiles a pattern while it matches',
    `const r = /(a)|b/g; return 'ab'.replace(r, () => { r.compile?.('(z)(z)(z)(z)', 'g'); return 'x' })`,
    gives('xx'),
  ),
  script(
    'deletes a property while it is enumerated',
    `const o = {}; for (let i = 0; i < 500; i++) o['k' + i] = i; let n = 0; for (const k in o) { n++; for (const other in o) delete o[other]; o.z = 1 } return String(n)`,
    gives('1'),
  ),
  script(
    'throws inside of a generator that is running',
    `let g; function* f() { try { yield g.next() } catch (e) { yield e.name } } g = f(); return g.next().value`,
    gives('TypeError'),
  ),
  script(
    'runs a constructor of a class twice over its own object',
    `let base; class A { constructor() { return base ?? this } } class B extends A { #x = 1 } const b = base = new B(); try { new B() } catch (e) { return e.name }; return 'twice'`,
    gives('TypeError'),
  ),
];
