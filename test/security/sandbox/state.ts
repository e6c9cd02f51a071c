import { type Attack, gives, script } from './attack.ts';

/**
 * Leaves state for the next render. Each returns the state it found and then leaves its mark: when run twice, both
 * runs must return the same.
 */
export const STAINS: Attack[] = [
  script(
    'keeps a global variable',
    'const f = typeof globalThis.kept; globalThis.kept = 1; return f',
    gives('undefined'),
  ),
  script(
    "leaves a global that can't be deleted",
    'const f = typeof globalThis.fixed; Object.defineProperty(globalThis, "fixed", { value: 1 }); return f',
    gives('undefined'),
  ),
  script(
    'keeps a global of sloppy code',
    'const f = typeof globalThis.sloppy; Function("sloppy = 1")(); return f',
    gives('undefined'),
  ),
  script(
    'keeps a lexical global',
    'const f = (0, eval)("typeof lexical"); (0, eval)("let lexical = 1; var lexicalToo = 2"); return f',
    gives('undefined'),
  ),
  script('counts on a helper', 'const n = skip.count ?? 0; skip.count = n + 1; return String(n)', gives('0')),
  script(
    'counts on a native function',
    'const n = JSON.stringify.count ?? 0; JSON.stringify.count = n + 1; return String(n)',
    gives('0'),
  ),
  script(
    'counts on a prototype',
    'const n = Object.prototype.count ?? 0; Object.prototype.count = n + 1; return String(n)',
    gives('0'),
  ),
  script(
    'counts on the function that renders',
    'const n = globalThis.__render.count ?? 0; globalThis.__render.count = n + 1; return String(n)',
    gives('0'),
  ),
  script(
    'counts on a private name',
    'class A { static #n = 0; static next() { return String(A.#n++) } } globalThis.A ??= A; return globalThis.A.next()',
    gives('0'),
  ),
  script(
    'counts in a registered symbol',
    'const s = Symbol.for("count"); const n = Array[s] ?? 0; Array[s] = n + 1; return String(n)',
    gives('0'),
  ),
  script(
    'remembers by the strings of a template',
    'const same = (s) => s; const f = globalThis.strings === undefined; globalThis.strings = same`x`; return String(f)',
    gives('true'),
  ),
  script(
    'remembers where a pattern stopped',
    'const r = globalThis.r ??= /a/g; const f = r.lastIndex; r.test("aaa"); return String(f)',
    gives('0'),
  ),
  script(
    'remembers by the statics of patterns',
    'const f = String(RegExp.$1 ?? ""); /(x)/.exec("x"); return f + "."',
    gives('.'),
  ),
  script(
    'remembers by the state of randomness',
    'const f = globalThis.last ?? "none"; globalThis.last = Math.random(); return f',
    gives('none'),
  ),
  script(
    'remembers by a generator',
    'const g = globalThis.g ??= (function* () { let n = 0; for (;;) yield n++ })(); return String(g.next().value)',
    gives('0'),
  ),
  script(
    'remembers by an iterator of a map',
    'const i = globalThis.i ??= new Map([[0, 0], [1, 1]]).keys(); return String(i.next().value)',
    gives('0'),
  ),
  script(
    'remembers by a promise',
    'const f = globalThis.p === undefined; globalThis.p = Promise.resolve(1); globalThis.p.then(() => { globalThis.q = 1 }); return String(f) + typeof globalThis.q',
    gives('trueundefined'),
  ),
  script('remembers in a buffer', 'const b = globalThis.b ??= new Uint8Array(1); return String(b[0]++)', gives('0')),
  script(
    'remembers by the depth of stack traces',
    'const f = String(Error.stackTraceLimit); Error.stackTraceLimit = (Error.stackTraceLimit ?? 0) + 1; return f',
    gives('undefined'),
  ),
  script(
    'remembers by a hook on stack traces',
    'const f = typeof Error.prepareStackTrace; Error.prepareStackTrace = (e) => "stained"; return f',
    gives('undefined'),
  ),
  script(
    'freezes the prototypes',
    'const f = Object.isFrozen(Array.prototype); for (const k of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze(globalThis[k]); Object.freeze(globalThis[k].prototype) } catch {} } return String(f)',
    gives('false'),
  ),
  script(
    'closes the global object',
    'const f = Object.isExtensible(globalThis); Object.preventExtensions(globalThis); return String(f)',
    gives('true'),
  ),
  script(
    'takes a prototype away',
    'const f = typeof [].map; Object.setPrototypeOf(Array.prototype, null); delete Array.prototype.map; return f',
    gives('function'),
  ),
  script(
    'takes the setter of prototypes away',
    'const f = "__proto__" in Object.prototype; delete Object.prototype.__proto__; return String(f)',
    gives('true'),
  ),
  script(
    'leaves a getter on the global object',
    'const f = typeof globalThis.trap; Object.defineProperty(globalThis, "trap", { get() { for (;;); } }); return f',
    gives('undefined'),
  ),
  script(
    'leaves a setter for what programs assign',
    'const f = typeof Object.getOwnPropertyDescriptor(globalThis, "__render")?.set; Object.defineProperty(globalThis, "__render", { set() {}, get() { return () => "stained" } }); return f',
    gives('undefined'),
  ),
  script(
    'leaves another function that renders',
    'const f = String(globalThis.__render).length > 100; globalThis.__render = () => "stained"; return String(f)',
    gives('true'),
  ),
  script(
    'replaces a constructor',
    'const f = new Date(0).getTime(); globalThis.Date = class { getTime() { return 1 } }; return String(f)',
    gives('0'),
  ),
  script('replaces a parser', 'const f = JSON.parse("1"); JSON.parse = () => 2; return String(f)', gives('1')),
  script(
    'deletes every global',
    'const f = typeof Map, remove = Reflect.deleteProperty, all = globalThis; for (const k of Object.getOwnPropertyNames(all)) remove(all, k); return f',
    gives('function'),
  ),
  script(
    'changes iteration',
    'const f = [...[1, 2]].length; Array.prototype[Symbol.iterator] = function* () { yield 1 }; return "" + f',
    gives('2'),
  ),
  script(
    'changes the iterators behind the syntax',
    'const p = Object.getPrototypeOf([][Symbol.iterator]()); const f = p.next.name; p.next = () => ({ done: true }); return f',
    gives('next'),
  ),
  script(
    'changes the prototype of generators',
    'const p = Object.getPrototypeOf(function* () {}).prototype; const f = p.next.name; p.next = 1; return f',
    gives('next'),
  ),
  script(
    'changes the prototype of async functions',
    'const p = Object.getPrototypeOf(async () => {}); const f = typeof p.stained; p.stained = 1; return f',
    gives('undefined'),
  ),
  script(
    'changes what promises do',
    'const f = Promise.prototype.then.name; Promise.prototype.then = function stained() {}; return f',
    gives('then'),
  ),
  script(
    'changes conversion to primitives',
    `const f = \`\${[1]}\`; Array.prototype[Symbol.toPrimitive] = () => "stained"; return f`,
    gives('1'),
  ),
  script(
    'changes conversion of numbers',
    'const f = String(1.5); Number.prototype.toString = () => "stained"; Number.prototype.valueOf = () => 7; return f + (1.5).toString().length',
    gives('1.57'),
  ),
  script(
    'changes how patterns run',
    'const f = /a/.exec("a")[0]; RegExp.prototype.exec = () => null; Object.defineProperty(RegExp.prototype, "flags", { value: "x" }); return f',
    gives('a'),
  ),
  script(
    'changes the species of arrays',
    'const f = [1].map((x) => x).length; Object.defineProperty(Array, Symbol.species, { value: class { constructor() { return [7, 7] } } }); return String(f)',
    gives('1'),
  ),
  script(
    'changes instanceof',
    'const f = [] instanceof Array; Object.defineProperty(Array, Symbol.hasInstance, { value: () => false }); return String(f)',
    gives('true'),
  ),
  script(
    'changes JSON of all objects',
    'const f = JSON.stringify({}); Object.prototype.toJSON = () => "stained"; return f',
    gives('{}'),
  ),
  script(
    'changes the names of types',
    'const f = String({}); Object.prototype[Symbol.toStringTag] = "Stained"; return f',
    gives('[object Object]'),
  ),
  script(
    'changes the scope of sloppy code',
    'const f = typeof Array.prototype[Symbol.unscopables].map; Array.prototype[Symbol.unscopables].map = true; return f',
    gives('undefined'),
  ),
  script(
    'changes the functions of the program through eval',
    'const f = eval("$$entities")["&"]; eval("$$entities")["&"] = "stained"; return f',
    gives('&amp;'),
  ),
  script(
    'changes the filters of the program through eval',
    'const f = typeof eval("$$f").kept; eval("$$f").kept = 1; return f',
    gives('undefined'),
  ),
  script(
    'changes the variables of the program through eval',
    'const f = String(eval("$$stop")); eval("$$at = 7; $$n = 7; $$ended = true"); return f',
    gives('null'),
  ),
  script(
    'declares in the scope of the program through eval',
    'const f = Function("return typeof leftByEval")(); (0, eval)("function leftByEval() {}"); return f',
    gives('undefined'),
  ),
  script(
    'leaves the engine close to the end of its stack',
    'const f = (n) => n > 0 ? f(n - 1) : 0; const deep = (n) => { try { return f(n) === 0 } catch { return false } }; return String(deep(1500))',
    gives('true'),
  ),
  script(
    'leaves half of the memory taken',
    'const f = globalThis.big?.length ?? 0; globalThis.big = new Uint8Array(7e6); return String(f)',
    gives('0'),
  ),
  script(
    'leaves a mark in memory that was given back',
    'const b = new Uint8Array(1e6); const f = b.includes(7); b.fill(7); return String(f)',
    gives('false'),
  ),
];
