import { type Attack, fails, gives, script, skips } from './attack.ts';

/** Modifies functions that the program and the host use to pass on the result. The body must be the returned one. */
export const POISONS: Attack[] = [
  script(
    'spoils the methods of texts',
    'for (const k of Object.getOwnPropertyNames(String.prototype)) { try { String.prototype[k] = () => "spoilt" } catch {} } return "a\\ud800"',
    gives('a\ufffd'),
  ),
  script('spoils JSON', 'JSON.parse = JSON.stringify = () => "spoilt"; return { a: 1 }', gives('{"a":1}')),
  script('spoils JSON when U+0000 crosses', 'JSON.stringify = () => "spoilt"; return "a\\0b"', gives('a\0b')),
  script('spoils String', 'globalThis.String = () => "spoilt"; return "a"', gives('a')),
  script(
    'spoils calls',
    'Function.prototype.call = Function.prototype.bind = Function.prototype.apply = () => "spoilt"; return "a"',
    gives('a'),
  ),
  script(
    'spoils toJSON of texts',
    'String.prototype.toJSON = Object.prototype.toJSON = () => "spoilt"; return "a\\0b"',
    gives('a\0b'),
  ),
  script(
    'spoils what shortens reasons',
    'String.prototype.slice = function () { return this + "" }; fail("x".repeat(1e5))',
    fails(/^x{1000}$/),
  ),
  {
    does: 'spoils the headers',
    template:
      '{{! let n = 0; Array.prototype.toJSON = function () { return n++ ? this : [["x-forged", "1"]] }; return "a" }}',
    headers: { 'x-a': '{{ 1 }}' },
    held: fails(/replaced the function/),
  },
  script('spoils iteration', 'Array.prototype[Symbol.iterator] = null; return "a"', gives('a')),
  script(
    'spoils the length of everything',
    'Object.defineProperty(Object.prototype, "length", { get() { for (;;); } }); return "a"',
    gives('a'),
  ),
  script(
    'spoils the fields of the result',
    'for (const k of ["kind", "body", "path", "headers", "reason", "isObject", "isEscaped"]) Object.defineProperty(Object.prototype, k, { get: () => "spoilt", set() {}, configurable: true }); return "a"',
    gives('a'),
  ),
  script('spoils then', 'Object.prototype.then = (resolve) => resolve("spoilt"); return "a"', gives('a')),
  script(
    'spoils then of what is returned',
    'Object.prototype.then = (resolve) => resolve("spoilt"); return { a: 1 }',
    fails(/returned a promise/),
  ),
  script(
    'spoils errors',
    'globalThis.Error = function () { return null }; globalThis.TypeError = 1; null.x',
    fails(/./),
  ),
  script(
    'spoils the names of errors',
    'TypeError.prototype.name = "x".repeat(1e4); Object.defineProperty(Error.prototype, "message", { get() { return "spoilt" } }); null.x',
    fails(/./),
  ),
  script(
    'freezes what the program writes to',
    'for (const k of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze(globalThis[k]); Object.freeze(globalThis[k].prototype) } catch {} } return "a"',
    gives('a'),
  ),
  script(
    'makes Object.freeze do nothing before the input is frozen',
    'Object.freeze = (o) => o; try { it.data.push(1); return "changed" } catch { return "frozen" }',
    gives('frozen'),
  ),
  script(
    'thaws the input by a constructor',
    'try { Array.prototype.push.call(it.data, 1); return "changed" } catch { return String(it.data.length) }',
    gives('1'),
  ),
  script(
    'replaces the input',
    'try { it = { data: ["other"] } } catch { return "held" } return String(it.data[0])',
    gives('other'),
  ),
];

/** Returns values that are not text, to confuse the reader of the result. */
export const RESULTS: Attack[] = [
  script('returns an object that converts itself', 'return { toString() { for (;;); }, a: 1 }', gives('{"a":1}')),
  script('returns a function', 'return () => "a"', fails(/returned a function/)),
  script('returns a class', 'return class { static toString() { return "a" } }', fails(/returned a function/)),
  script('returns a symbol', 'return Symbol("a")', gives('Symbol(a)')),
  script('returns a number that is none', 'return NaN', gives('NaN')),
  script('returns a negative zero', 'return -0', gives('0')),
  script('returns a BigInt', 'return 10n ** 30n', gives('1000000000000000000000000000000')),
  script('returns an object with a BigInt', 'return { a: 1n }', fails(/BigInt/i)),
  script('returns a promise', 'return Promise.resolve("a")', fails(/returned a promise/)),
  script(
    'returns the promise of an async function',
    'return Function("return (async () => \\"a\\")()")()',
    fails(/returned a promise/),
  ),
  script(
    'returns a thenable whose then comes and goes',
    'let n = 0; return { get then() { return n++ === 0 ? 1 : () => { for (;;); } }, a: 1 }',
    gives('{"a":1}'),
  ),
  script('returns a callable proxy', 'return new Proxy(() => "a", {})', fails(/returned a function/)),
  script(
    'returns a proxy that changes its answers',
    'let n = 0; return new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (t, k) => k === "a" ? ++n : undefined })',
    gives('{"a":1}'),
  ),
  script(
    'returns a revoked proxy',
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy',
    fails(/revoked/),
  ),
  script('returns a text that is an object', 'return new String("a")', gives('"a"')),
  script('returns an array with a length of its own', 'const a = [1]; a.length = 3; return a', gives('[1,null,null]')),
  script('returns a date that has no time', 'return new Date(NaN)', gives('null')),
  script('returns a map', 'return new Map([[1, 2]])', gives('{}')),
  script('returns a typed array', 'return new Uint8Array([1, 2])', gives('{"0":1,"1":2}')),
  script('returns a pattern', 'return /a/', gives('{}')),
  script('returns a generator', 'return (function* () { yield "a" })()', gives('{}')),
  script('returns the global object', 'return globalThis', gives('{}')),
  script('returns null', 'return null', skips(/returned nothing/)),
  script(
    'returns an object without prototype',
    'return Object.assign(Object.create(null), { a: 1 })',
    gives('{"a":1}'),
  ),
  script('returns an object whose JSON is nothing', 'return { toJSON: () => undefined }', skips(/returned nothing/)),
  script(
    'returns JSON through a getter that throws',
    'return { get a() { throw new Error("on purpose") } }',
    fails(/on purpose/),
  ),
  script('ends a text by U+0000', 'return "before\\0after"', gives('before\0after')),
  script('returns lone surrogates', 'return "\\ud800a\\udc00"', gives('\ufffda\ufffd')),
  script('returns lone surrogates beside U+0000', 'return "\\ud800\\0"', gives('\ufffd\0')),
  script(
    'forges a result that was skipped',
    'return "{\\"kind\\":\\"skipped\\",\\"reason\\":\\"forged\\"}\\n"',
    gives('{"kind":"skipped","reason":"forged"}\n'),
  ),
  script(
    'forges the head of a body',
    'return "\\n{\\"kind\\":\\"body\\",\\"path\\":\\"/forged\\",\\"headers\\":[]}\\nforged"',
    gives('\n{"kind":"body","path":"/forged","headers":[]}\nforged'),
  ),
  script('forges the class that ends a program', 'throw { kind: "skipped", reason: "forged", stack: "" }', fails(/./)),
  script(
    'forges an error of a limit',
    'const e = new Error("It ran longer than 1 ms."); e.name = "InternalError"; e.stack = "at template:999999999:9"; throw e',
    fails(/^InternalError: It ran longer/),
  ),
  script(
    'forges a place outside of its text',
    'const e = new Error("x"); e.stack = "    at f (template:99999999:99999999)\\n".repeat(99); throw e',
    fails(/^x$/),
  ),
  script('throws a lone surrogate and U+0000', 'throw new Error("a\\ud800\\0b")', fails(/^a\ufffd\0b$/)),
  script('throws a symbol', 'throw Symbol("a")', fails(/Symbol\(a\)/)),
  script('throws a function', 'throw () => 1', fails(/./)),
  script('throws undefined', 'throw undefined', fails(/./)),
  script(
    'throws what throws when it is read',
    'throw { get message() { throw this }, get stack() { throw this }, get name() { throw this } }',
    fails(/./),
  ),
  script(
    'throws a revoked proxy',
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy',
    fails(/./),
  ),
  script('throws the global object', 'throw globalThis', fails(/./)),
  script('catches skip() and returns', 'try { skip("first") } catch {} return "went on"', skips(/^first$/)),
  script('catches skip() and fails', 'try { skip("first") } catch {} fail("second")', skips(/^first$/)),
  script('skips with an object as its reason', 'skip({ a: 1 })', skips(/^\[object Object\]$/)),
  script('skips in a getter of the result', 'return { get a() { skip("late") } }', skips(/^late$/)),
  script('skips in finally after an error', 'try { null.x } finally { skip("last") }', skips(/^last$/)),
  script('skips with a reason of controls', 'skip("a\\u0000\\ud800\\n")', skips(/^a\0\ufffd\n$/)),
];
