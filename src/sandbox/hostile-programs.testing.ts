/**
 * The expected outcome of a program: exactly this text, or any outcome that comes in time, reveals nothing of the
 * host and harms no other render.
 */
export type HostileProgram = { does: string; source: string; returns?: string };

const render = (does: string, body: string, returns?: string): HostileProgram => ({
  does,
  source: `globalThis.__render = (input) => { ${body} }`,
  ...(returns === undefined ? {} : { returns }),
});

const HOST_NAMES = `[typeof process, typeof require, typeof module, typeof Buffer, typeof fetch, typeof setTimeout,
  typeof queueMicrotask, typeof console, typeof WebAssembly, typeof Worker, typeof Intl, typeof Atomics, typeof performance,
  typeof std, typeof os, typeof print, typeof scriptArgs].filter((type) => type !== 'undefined').join()`;

/** Programs that try to leave the realm. */
export const ESCAPES: HostileProgram[] = [
  render('looks for host objects', `return ${HOST_NAMES}`, ''),
  render('looks for host objects through Function', `return (() => {}).constructor(\`return ${HOST_NAMES}\`)()`, ''),
  render('looks for host objects through indirect eval', `return (0, eval)(\`${HOST_NAMES}\`)`, ''),
  render('takes the sloppy this', `return Function('return this')() === globalThis ? 'own' : 'other'`, 'own'),
  render('asks its caller', `return typeof (function f() { return f.caller; })`, 'function'),
  render(
    'reads arguments.callee.caller',
    `return String((function () { return arguments.callee.caller; })())`,
    'undefined',
  ),
  render('imports a module', `return String(import('node:fs'))`, '[object Promise]'),
  render(
    'imports the engine library',
    `import('os').then(() => { globalThis.left = 1; }); return String(import('std'))`,
  ),
  render(
    'hooks stack traces',
    `let seen = 'none'; Error.prepareStackTrace = (_, frames) => { seen = typeof frames; return frames; };
    const { stack } = new Error('x'); return typeof stack === 'string' ? 'text' : 'frames'`,
    'text',
  ),
  render('throws through a hooked stack trace', `Error.prepareStackTrace = () => { for (;;); }; throw new Error('x')`),
  render(
    'constructs through AsyncFunction',
    `return typeof (async () => {}).constructor('return process')()`,
    'object',
  ),
  render(
    'constructs through GeneratorFunction',
    `try { return (function* () {}).constructor('yield process')().next() } catch (e) { return e.name }`,
    'ReferenceError',
  ),
  render(
    'walks up the prototypes',
    `let o = input, n = 0; while ((o = Object.getPrototypeOf(o)) !== null) n++; return String(n)`,
    '2',
  ),
  render(
    'lists every global',
    `return Object.getOwnPropertyNames(globalThis).filter((name) => /host|quick|bridge|prelude|status|enter/i.test(name)).join()`,
    '',
  ),
  render('uses with', `return Function('o', 'with (o) { return typeof process }')({})`, 'undefined'),
];

/** Programs that try to corrupt the result. */
export const CONFUSIONS: HostileProgram[] = [
  render(
    'poisons String.prototype',
    `String.prototype.indexOf = String.prototype.isWellFormed = String.prototype.slice = () => { throw 1 }; return 'ok'`,
    'ok',
  ),
  render(
    'poisons Function.prototype',
    `Function.prototype.call = Function.prototype.bind = Function.prototype.apply = () => 'no'; return 'ok'`,
    'ok',
  ),
  render('poisons toJSON', `Object.prototype.toJSON = String.prototype.toJSON = () => 'no'; return 'a\\0b'`, 'a\0b'),
  render(
    'replaces JSON and String',
    `JSON.parse = JSON.stringify = () => 'no'; globalThis.String = () => 'no'; return 'a\\0b'`,
    'a\0b',
  ),
  render('poisons iterators', `Array.prototype[Symbol.iterator] = null; return 'ok'`, 'ok'),
  render(
    'puts a getter on Object.prototype',
    `Object.defineProperty(Object.prototype, 'length', { get() { for (;;); } }); return 'ok'`,
    'ok',
  ),
  render(
    'freezes everything',
    `for (const k of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze(globalThis[k]); Object.freeze(globalThis[k].prototype) } catch {} } Object.freeze(globalThis); return 'ok'`,
    'ok',
  ),
  render(
    'deletes every global',
    `const all = globalThis; for (const k of Object.getOwnPropertyNames(all)) delete all[k]; return 'ok'`,
    'ok',
  ),
  render('replaces __render', `globalThis.__render = () => 'other'; return 'ok'`, 'ok'),
  render('returns an object with toString', `return { toString() { for (;;); } }`),
  render('returns a String object', `return new String('x')`),
  render('returns a proxy', `return new Proxy({}, { get() { for (;;); } })`),
  render('returns a promise', `return Promise.resolve('x')`),
  render('returns a symbol', `return Symbol('x')`),
  render('returns nothing', `return undefined`),
  render('throws a getter that loops', `throw { get message() { for (;;); } }`),
  render('throws a getter that throws', `throw { get message() { throw this; }, get stack() { throw this; } }`),
  render('throws a toString that throws', `throw { message: { toString() { throw 1 } } }`),
  render('throws a revoked proxy', `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy`),
  render('throws a symbol', `throw Symbol('x')`),
  render('throws null', `throw null`),
  render('throws undefined', `throw undefined`),
  render('throws a function', `throw () => { for (;;); }`),
  render('throws a huge message', `throw new Error('x'.repeat(1e6))`),
  render('throws a message that ends a C string', `throw new Error('a\\0b\\ud800')`),
  render('forges a stack', `const e = new Error('x'); e.stack = 'template:999999999999:1'; throw e`),
  render(
    'throws a name that loops',
    `const e = new Error('x'); Object.defineProperty(e, 'name', { get() { for (;;); } }); throw e`,
  ),
  render('pretends to be out of memory', `throw new InternalError('out of memory')`),
  {
    does: 'is a getter',
    source: `Object.defineProperty(globalThis, '__render', { get: () => (s) => 'ok' })`,
    returns: 'ok',
  },
  { does: 'is a getter that loops', source: `Object.defineProperty(globalThis, '__render', { get() { for (;;); } })` },
  { does: 'is a proxy', source: `globalThis.__render = new Proxy(() => 'ok', {})`, returns: 'ok' },
  { does: 'is a class', source: `globalThis.__render = class {}` },
  { does: 'is async', source: `globalThis.__render = async () => 'x'` },
  { does: 'is a generator', source: `globalThis.__render = function* () { yield 'x' }` },
  {
    does: 'is a bound function',
    source: `globalThis.__render = ((a, b) => a + typeof b).bind(null, 'ok:')`,
    returns: 'ok:string',
  },
  { does: 'closes a function that it is not in', source: `}); (function () { globalThis.__render = () => 'x'` },
  { does: 'ends in an open comment', source: `globalThis.__render = () => 'x' /*` },
  { does: 'has a U+0000 in its source', source: `globalThis.__render = () => 'a\0b'` },
];

/** Programs that use excessive time or memory, within reach of the engine's step counter. */
export const HOGS: HostileProgram[] = [
  render('loops', `for (;;);`),
  render('loops on in catch and finally', `try { for (;;); } catch { for (;;); } finally { for (;;); }`),
  render('loops in a getter', `const o = { get a() { return this.a } }; for (;;) { try { o.a } catch {} }`),
  render('loops in a generator', `const g = (function* () { for (;;) yield 1 })(); for (const x of g); return ''`),
  render(
    'loops in a generator that refuses to return',
    `const g = (function* () { for (;;) { try { yield 1 } finally { continue } } })(); for (const x of g) { g.return() } return ''`,
  ),
  render('loops in a sort', `return String([3, 2, 1].sort(() => { for (;;); }))`),
  render('loops in a replace', `return 'aaa'.replace(/a/g, () => { for (;;); })`),
  render('loops in a reviver', `return JSON.parse('[1]', () => { for (;;); })`),
  render('loops in an iterator', `return String([...{ [Symbol.iterator]: () => ({ next: () => ({ value: 1 }) }) }])`),
  render('loops in toPrimitive', `return '' + { [Symbol.toPrimitive]() { for (;;); } }`),
  render('loops through nested eval', `eval('for (;;) eval("1")')`),
  render('recurses', `return (function f() { return f() + 1 })()`),
  render('recurses through a proxy', `const p = new Proxy({}, { get: (t, k, r) => r[k] }); return p.x`),
  render('recurses through toString', `const o = { toString() { return '' + o } }; return '' + o`),
  render(
    'recurses through bound functions',
    `let f = () => 'x'; for (let i = 0; i < 1e5; i++) f = f.bind(null); return f()`,
  ),
  render('recurses through JSON', `let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return JSON.stringify(o)`),
  render('parses deep JSON', `return JSON.stringify(JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)))`),
  render('compiles a deep expression', `return String(eval('('.repeat(1e5) + '1' + ')'.repeat(1e5)))`),
  render('compiles a deep pattern', `return String(new RegExp('('.repeat(1e5) + ')'.repeat(1e5)))`),
  render('flattens deep arrays', `let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return String(a.flat(Infinity))`),
  render('concatenates a deep rope', `let s = ''; for (let i = 0; i < 1e6; i++) s = s + i; return String(s.length)`),
  render('doubles a string', `let s = 'x'; for (;;) s += s;`),
  render('repeats a string', `return 'x'.repeat(2 ** 29).length + ''`),
  render('pads a string', `return 'x'.padEnd(2 ** 29).length + ''`),
  render('grows an array', `const a = []; for (;;) a.push(a.slice());`),
  render('fills an array', `return String(new Array(1e8).fill(1).length)`),
  render('grows a map', `const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });`),
  render('takes typed arrays', `const a = []; for (;;) a.push(new Float64Array(1e5));`),
  render('takes one huge buffer', `return String(new ArrayBuffer(2 ** 31).byteLength)`),
  render(
    'catches what memory throws',
    `const a = []; for (;;) { try { a.push(new ArrayBuffer(1e6)) } catch { return 'full' } }`,
  ),
  render('floods promises', `for (;;) Promise.resolve().then(() => {});`),
  render('chains promises', `const f = () => Promise.resolve().then(f); f(); return 'ok'`, 'ok'),
  render('floods closures', `let f = () => 0; for (;;) { const g = f; f = () => g() }`),
  render('floods symbols', `const a = []; for (let i = 0; ; i++) a.push(Symbol.for('s' + i));`),
  render('floods properties', `const o = {}; for (let i = 0; ; i++) o['k' + i] = i;`),
  render('backtracks', `return String(/^(a+)+$/.test('a'.repeat(40) + 'b'))`),
  render('repeats a repeated pattern', `return String(new RegExp('(?:a{1,1000}){1,1000}b').test('a'.repeat(1e4)))`),
  render(
    'has a proxy with endless keys',
    `return JSON.stringify(new Proxy({}, { ownKeys: () => Array.from({ length: 1e7 }, (_, i) => '' + i) }))`,
  ),
  render(
    'has an endless prototype chain',
    `let o = {}; for (let i = 0; i < 1e6; i++) o = Object.create(o); return String(o.missing)`,
  ),
  { does: 'loops at its top level', source: `for (;;);` },
  { does: 'takes memory at its top level', source: `const a = []; for (;;) a.push(new Float64Array(1e4))` },
  { does: 'nests its source', source: `globalThis.__render = () => ${'['.repeat(50_000)}` },
  { does: 'nests blocks in its source', source: '{'.repeat(100_000) },
  { does: 'chains operators in its source', source: `globalThis.__render = () => String(${'1+'.repeat(50_000)}1)` },
];

/**
 * Programs that loop in native code, which the engine's step counter does not reach: only ending the thread helps.
 */
export const HANGS: HostileProgram[] = [
  render('searches an endless array', `return String(Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1))`),
  render('joins an endless array', `const a = []; a.length = 2 ** 32 - 1; return a.join()`),
  render('raises a huge power', `return String((3n ** 600000n) % 7n) + String(3n ** 600000n).length`),
  { does: 'hangs at its top level', source: `Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)` },
];
