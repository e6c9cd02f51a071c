import { type Attack, fails, gives, over, script } from './attack.ts';

const FULL = over('memory', 'time');
const LONG = over('output', 'memory', 'time');

/** Takes more memory than a render has. */
export const HOGS: Attack[] = [
  script('doubles a text', 'let s = "x"; for (;;) s += s', fails(/needed more|longer than|string too long/)),
  script('repeats a text', 'return String("x".repeat(2 ** 29).length)', FULL),
  script('pads a text', 'return String("x".padEnd(2 ** 29, "ab").length)', FULL),
  script(
    'replaces each letter by the whole text',
    'let s = "aaaa"; for (;;) s = s.replace(/a/g, "$&$`$\'a")',
    fails(/needed more|longer than|string too long/),
  ),
  script('joins with a long separator', 'return String(new Array(1e4).join("x".repeat(1e5)).length)', FULL),
  script('encodes what grows', 'let s = "%"; for (;;) s = encodeURIComponent(s) + s', FULL),
  script('cases a text that grows', 'let s = "\\u0390"; for (;;) s = s.toUpperCase() + s', FULL),
  script('copies an array into itself', 'const a = []; for (;;) a.push(a.slice())', FULL),
  script('fills an array', 'return String(new Array(1e8).fill(1).length)', FULL),
  script('writes far into an array', 'const a = []; for (let i = 0; ; i++) a[i * 1e6] = i', FULL),
  script('concatenates arrays', 'let a = [1]; for (;;) a = a.concat(a, a)', FULL),
  script('splits a text', 'const all = []; for (;;) all.push("abcdefgh".repeat(1e4).split(""))', FULL),
  script('takes typed arrays', 'const a = []; for (;;) a.push(new Float64Array(1e5))', FULL),
  script('takes one buffer', 'return String(new ArrayBuffer(2 ** 30).byteLength)', FULL),
  script(
    'grows a buffer',
    'const b = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); b.resize(2 ** 30); return String(b.byteLength)',
    fails(/needed more|invalid|not a function|longer than/),
  ),
  script('grows a map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })', FULL),
  script('grows a set of texts', 'const s = new Set(); for (let i = 0; ; i++) s.add("k" + i)', FULL),
  script(
    'grows a weak map with what it keeps',
    'const m = new WeakMap(), all = []; for (;;) { const k = {}; all.push(k); m.set(k, all) }',
    FULL,
  ),
  script('registers symbols', 'for (let i = 0; ; i++) globalThis["s" + i] = Symbol.for("s" + i)', FULL),
  script('makes symbols', 'const a = []; for (;;) a.push(Symbol("x"))', FULL),
  script('names properties', 'const o = {}; for (let i = 0; ; i++) o["k" + i] = i', FULL),
  script(
    'gives every object another shape',
    'const a = []; for (let i = 0; ; i++) { const o = {}; for (let j = 0; j < 9; j++) o["k" + ((i * 7 + j * i) % 997)] = j; a.push(o) }',
    FULL,
  ),
  script('keeps closures', 'let f = () => 0; for (;;) { const g = f; f = () => g() }', FULL),
  script(
    'keeps generators',
    'const a = []; for (;;) { const g = (function* () { const big = new Array(1000).fill(0); yield big })(); g.next(); a.push(g) }',
    FULL,
  ),
  script('keeps promises', 'const a = []; for (;;) a.push(new Promise(() => {}))', FULL),
  script('queues what promises would do', 'const p = Promise.resolve(); for (;;) p.then(() => {})', FULL),
  script(
    'keeps compiled patterns',
    `const a = []; for (let i = 0; ; i++) a.push(new RegExp(\`\${i}(a|b){5}\`.repeat(50)))`,
    FULL,
  ),
  script(
    'keeps compiled functions',
    `const a = []; for (let i = 0; ; i++) a.push(Function(\`return \${i}+"\${"x".repeat(100)}"\`))`,
    FULL,
  ),
  script('compiles a huge literal', `return String((0, eval)(\`[\${"1,".repeat(3e6)}]\`).length)`, FULL),
  script('keeps huge numbers', 'const a = []; for (let n = 3n; ; n *= 3n) a.push(n)', FULL),
  script(
    'keeps errors with their stacks',
    'const a = []; const f = (n) => n > 0 ? f(n - 1) : new Error("x"); for (;;) a.push(f(20))',
    FULL,
  ),
  script(
    'keeps dates, wrappers and proxies',
    'const a = []; for (;;) a.push(new Date(), Object(1), new Proxy({}, {}))',
    FULL,
  ),
  script(
    'reads JSON that is larger than its text',
    `return String(JSON.parse(\`[\${"{},".repeat(1e6)}0]\`).length)`,
    FULL,
  ),
  script(
    'lists the entries of entries',
    'let o = { a: 1, b: 2 }; for (;;) o = Object.entries(Object.assign({}, Object.entries(o).flat(), [o, o]))',
    FULL,
  ),
  script(
    'spreads one object into many',
    'const o = {}; for (let i = 0; i < 1000; i++) o["k" + i] = i; const a = []; for (;;) a.push({ ...o })',
    FULL,
  ),
  script(
    'binds arguments without end',
    'let f = () => {}; const args = new Array(1000).fill("x"); for (;;) f = f.bind(null, ...args.slice(0, 100))',
    FULL,
  ),
  script(
    'groups by names that never end',
    `const m = []; for (;;) m.push(Array.from({ length: 500 }, (_, i) => ({ [\`g\${m.length}_\${i}\`]: i })))`,
    FULL,
  ),
  script(
    'goes on when memory ends',
    'const a = []; for (;;) { try { a.push(new Array(1e4).fill({})) } catch {} }',
    FULL,
  ),
  script(
    'allocates in the handler of the end of memory',
    'const a = []; try { for (;;) a.push(new Float64Array(1e5)) } catch { for (;;) a.push({}) }',
    FULL,
  ),
  script(
    'throws when there is no memory for its words',
    'const a = []; try { for (;;) a.push({}) } catch {} throw { get message() { return "x".repeat(1e6) + a.length } }',
    FULL,
  ),
  script(
    'says that memory ended when it did not',
    'throw new InternalError("out of memory")',
    fails(/^InternalError: out of memory$/),
  ),
  script(
    'fills memory and says that all is well',
    'const a = []; try { for (;;) a.push(new Uint8Array(1e5)) } catch {} a.length = 0; return "ok"',
    FULL,
  ),
  {
    does: 'keeps text of a loop',
    template: '{{@each(Array.from({ length: 1e5 })) => x}}{{ "x".repeat(1000) }}{{/each}}',
    held: over('memory', 'time', 'output'),
  },
  { does: 'escapes what grows sixfold', template: '{{ "\\u0001".repeat(3e5) }}', held: LONG },
  { does: 'writes a long path', template: 'x', path: '/{{ "é".repeat(3e5) }}', held: LONG },
  { does: 'writes a long header', template: 'x', headers: { 'x-a': '{{ "x".repeat(2e6) }}' }, held: LONG },
  script('returns a hundred megabytes', 'return "x".repeat(1e8)', over('memory', 'output')),
  script('returns one byte too many', 'return "x".repeat(1024 * 1024)', LONG),
  script('returns few characters of many bytes', 'return "\\u20ac".repeat(400000)', LONG),
  script(
    'returns an object that is long as JSON',
    'return Array.from({ length: 3e5 }, () => "xxx")',
    over('output', 'memory', 'time'),
  ),
  script('returns what grows when it is escaped', 'return "\\0".repeat(1100000)', LONG),
  script('gives a reason without end', 'fail("x".repeat(2e4))', fails(/^x{1000}$/)),
  script('throws words without end', 'throw new Error("x".repeat(2e4))', fails(/^x{1000}$/)),
];

/** Harmless templates that must not be treated as attacks. */
export const MODEST: Attack[] = [
  script('takes four megabytes', 'return String(new Uint8Array(4e6).length)', gives('4000000')),
  script('returns almost a megabyte', 'return String("x".repeat(1e6).length)', gives('1000000')),
];
