import { type Attack, fails, over, script } from './attack.ts';

const TIME = over('time');
const ROOM = over('time', 'memory');
const DEEP = fails(/stack overflow|longer than|needed more/);

/** Uses the processor in code whose steps the engine counts. */
export const LOOPS: Attack[] = [
  script('loops', 'for (;;);', TIME),
  script('loops on when it is interrupted', 'for (;;) { try { for (;;); } catch {} finally { continue } }', TIME),
  script('labels its way out of finally', 'out: for (;;) { try { for (;;); } finally { continue out } }', TIME),
  script('loops in a getter', 'const o = { get a() { for (;;); } }; return String(o.a)', TIME),
  script('loops in a setter', 'const o = { set a(v) { for (;;); } }; o.a = 1; return "x"', TIME),
  script(
    'loops in a generator',
    'const g = (function* () { for (;;) yield 1 })(); for (const x of g); return ""',
    TIME,
  ),
  script(
    'loops in a generator that refuses to return',
    'const g = (function* () { for (;;) { try { yield 1 } finally { continue } } })(); for (const x of g) g.return(); return ""',
    TIME,
  ),
  script(
    'delegates to an endless iterator',
    'const all = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return: () => ({}) }) }; for (const x of (function* () { yield* all })()); return ""',
    TIME,
  ),
  script(
    'spreads an endless iterator',
    'return String([...{ [Symbol.iterator]: () => ({ next: () => ({ value: 1 }) }) }])',
    ROOM,
  ),
  script(
    'takes apart an endless iterator',
    'const [...all] = { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }) }) }; return String(all)',
    ROOM,
  ),
  script(
    'fills a map from an endless iterator',
    'new Map({ [Symbol.iterator]: () => ({ next: () => ({ value: [Math.random(), 1] }) }) }); return "x"',
    ROOM,
  ),
  script(
    'loops in an iterator that is closed',
    'const [a] = { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }), return() { for (;;); } }) }; return "x"',
    TIME,
  ),
  script('loops in a comparison', 'return String([3, 2, 1].sort(() => { for (;;); }))', TIME),
  script('loops in a replacement', 'return "aaa".replace(/a/g, () => { for (;;); })', TIME),
  script('loops in a reviver', 'return JSON.parse("[1]", () => { for (;;); })', TIME),
  script('loops in a replacer', 'return JSON.stringify([1], () => { for (;;); })', TIME),
  script(
    'grows JSON while it is written',
    'const grow = () => ({ a: { toJSON: grow } }); return JSON.stringify({ toJSON: grow })',
    DEEP,
  ),
  script('loops in a conversion to a primitive', 'return "" + { [Symbol.toPrimitive]() { for (;;); } }', TIME),
  script('loops in a template tag', 'const tag = () => { for (;;); }; return tag`x`', TIME),
  script('loops in a default value', 'const f = (a = (() => { for (;;); })()) => a; return f()', TIME),
  script('loops in a static block', 'class A { static { for (;;); } } return "x"', TIME),
  script('loops in a computed key', 'return { [(() => { for (;;); })()]: 1 }', TIME),
  script('loops in a trap for has', 'return String("x" in new Proxy({}, { has() { for (;;); } }))', TIME),
  script('loops in a trap for keys', 'return String(Object.keys(new Proxy({}, { ownKeys() { for (;;); } })))', TIME),
  script(
    'loops in a trap for construction',
    'return String(new (new Proxy(class {}, { construct() { for (;;); } }))())',
    TIME,
  ),
  script('loops in instanceof', 'return String({} instanceof { [Symbol.hasInstance]() { for (;;); } })', TIME),
  script(
    'loops in the position of a pattern',
    'const r = /a/g; r.lastIndex = { valueOf() { for (;;); } }; return String(r.exec("a"))',
    TIME,
  ),
  script(
    'adds to a set while walking it',
    'const s = new Set([0]); for (const x of s) { s.delete(x); s.add(x + 1) } return ""',
    TIME,
  ),
  script(
    'adds to a map in its own forEach',
    'const m = new Map([[0, 0]]); m.forEach((_, k) => { m.delete(k); m.set(k + 1, 0) }); return ""',
    TIME,
  ),
  script('evaluates text that evaluates text', 'const s = "for (;;) (0, eval)(\'1\')"; (0, eval)(s); return ""', TIME),
  script('makes functions without end', 'for (;;) Function("return 1")()', TIME),
  script('settles promises without end', 'for (;;) Promise.resolve().then(() => {})', ROOM),
  script('throws and catches without end', 'for (;;) { try { null.x } catch {} }', TIME),
  script(
    'climbs prototypes that a trap makes',
    'const p = new Proxy({}, { getPrototypeOf: () => p }); return String(Object.create(p) instanceof Array)',
    TIME,
  ),
  script('counts in BigInt', 'for (let i = 0n; ; i++);', TIME),
  script('backtracks over nested repetition', 'return String(/^(a+)+$/.test("a".repeat(40) + "b"))', TIME),
  script('backtracks over overlapping choices', 'return String(/^(?:a|aa|a?a)+$/.test("a".repeat(60) + "b"))', TIME),
  script('backtracks over a back reference', 'return String(/^(a*)*\\1*(a*)*\\2*$/.test("a".repeat(60) + "b"))', ROOM),
  script('backtracks within a look-ahead', 'return String(/(?=(a+)+$)x/.test("a".repeat(40) + "b"))', TIME),
  script('backtracks while splitting', 'return String(("a".repeat(40) + "b").split(/(a+)+$/).length)', TIME),
  script('waits in the error that ends it', 'throw { get message() { for (;;); } }', TIME),
  script(
    'waits in the name of the error that ends it',
    'const e = new Error("x"); Object.defineProperty(e, "name", { get() { for (;;); } }); throw e',
    TIME,
  ),
  script('waits in the reason of skip()', 'skip({ toString() { for (;;); } })', TIME),
  script('waits in the reason of fail()', 'fail({ [Symbol.toPrimitive]() { for (;;); } })', TIME),
  { does: 'loops in a tag that inserts', template: '{{ (() => { for (;;); })() }}', held: TIME },
  { does: 'loops over an endless list in a block', template: '{{@each({ length: 9e15 }) => x}}{{/each}}', held: ROOM },
  { does: 'loops in the text of an inserted value', template: '{{ { toString() { for (;;); } } }}', held: TIME },
  { does: 'loops in an argument of a filter', template: '{{ "a" | default((() => { for (;;); })()) }}', held: TIME },
  { does: 'loops in the path', template: 'x', path: '/{{ (() => { for (;;); })() }}', held: TIME },
  { does: 'loops in a header', template: 'x', headers: { 'x-a': '{{ (() => { for (;;); })() }}' }, held: TIME },
];

/**
 * Loops in native code, where no step is counted: the thread must be ended. The engine refuses some of these itself.
 */
export const NATIVE_LOOPS: Attack[] = [
  script('searches an endless list', 'return String([].indexOf.call({ length: 2 ** 53 - 1 }, 1))', TIME),
  script('reverses an endless list', '[].reverse.call({ length: 2 ** 53 - 1 }); return "x"', TIME),
  script(
    'fills an endless list through a trap',
    '[].fill.call(new Proxy({ length: 2 ** 53 - 1 }, { set: () => true }), 0); return "x"',
    TIME,
  ),
  script('cuts an endless list', '[].splice.call({ length: 2 ** 53 - 1 }, 0, 1); return "x"', TIME),
  script('sorts an endless list', '[].sort.call({ length: 2 ** 32 }); return "x"', ROOM),
  script('joins an endless list', 'const a = []; a.length = 2 ** 32 - 1; return a.join()', ROOM),
  script('joins by nothing', 'return new Array(2 ** 31).join("")', ROOM),
  script('flattens an endless list', 'const a = []; a.length = 2 ** 32 - 1; return String(a.flat().length)', ROOM),
  script(
    'concatenates endless lists',
    'const a = { length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }; return String([].concat(a).length)',
    ROOM,
  ),
  script('makes a list of an endless list', 'return String(Array.from({ length: 2 ** 32 - 1 }).length)', ROOM),
  script('walks the texts of an endless template', 'return String.raw({ raw: { length: 2 ** 53 - 1 } })', ROOM),
  script(
    'spreads an endless list into arguments',
    'return String(Math.max.apply(null, { length: 2 ** 32 - 1 }))',
    fails(/longer than|needed more|too many arguments|stack overflow/),
  ),
  script(
    'makes a typed array of an endless list',
    'return String(new Uint8Array({ length: 2 ** 31 }).length)',
    fails(/longer than|needed more|invalid array buffer length/),
  ),
  script('writes an endless array as JSON', 'const a = []; a.length = 2 ** 32 - 1; return JSON.stringify(a)', ROOM),
  script('raises a huge power', 'return String((3n ** 600000n) % 7n) + String(3n ** 600000n).length', ROOM),
  script(
    'writes a huge number',
    'let n = 7n; for (let i = 0; i < 18; i++) n *= n; return String(n.toString().length)',
    ROOM,
  ),
  script(
    'reads a huge number',
    'return String(BigInt("9".repeat(400000)) % 7n)',
    fails(/longer than|needed more|too large/),
  ),
  script(
    'shifts a number to gigabytes',
    'return String(1n << (2n ** 29n))',
    fails(/longer than|needed more|too large/),
  ),
  script(
    'searches a text for every text',
    'const s = "a".repeat(300000); return String(s.indexOf("a".repeat(150000) + "b"))',
    ROOM,
  ),
  script('splits a text into everything', 'let n = 0; for (;;) n += "a".repeat(1e5).split("").length', ROOM),
  script('normalises a text without end', 'for (;;) "\\u1e9b\\u0323".repeat(1e4).normalize("NFKD")', ROOM),
  script('encodes without end', 'for (;;) encodeURIComponent("\\u{1f600}".repeat(1e4))', ROOM),
];

/** Nests deeper than any stack. */
export const DEPTHS: Attack[] = [
  script('calls itself', 'return (function f() { return f() + 1 })()', DEEP),
  script('calls itself whenever that fails', 'function f() { try { f() } catch { f() } } f(); return "x"', ROOM),
  script(
    'reads through a trap that reads',
    'const p = new Proxy({}, { get: (t, k, r) => r[k] }); return String(p.x)',
    DEEP,
  ),
  script('converts in a conversion', 'const o = { toString() { return "" + o } }; return "" + o', DEEP),
  script(
    'binds a bound function',
    'let f = () => "x"; for (let i = 0; i < 1e5; i++) f = f.bind(null); return f()',
    DEEP,
  ),
  script(
    'wraps a proxy in a proxy',
    'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return String(p.x)',
    DEEP,
  ),
  script(
    'inherits from a class that inherits',
    'let C = class {}; for (let i = 0; i < 1e4; i++) C = class extends C {}; new C(); return "x"',
    DEEP,
  ),
  script('writes deep JSON', 'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return JSON.stringify(o)', DEEP),
  script('returns what nests deeply', 'let o = []; for (let i = 0; i < 1e5; i++) o = [o]; return o', DEEP),
  script('returns itself', 'const o = {}; o.o = o; return o', fails(/circular/)),
  script('reads deep JSON', 'return JSON.parse("[".repeat(1e6) + "]".repeat(1e6)) + ""', DEEP),
  script(
    'flattens what nests deeply',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return String(a.flat(Infinity))',
    DEEP,
  ),
  script(
    'joins a list that holds itself',
    'const a = [1]; a.push(a); return a.join()',
    fails(/stack overflow|longer than|needed more/),
  ),
  script('compiles brackets in brackets', 'return String((0, eval)("(".repeat(1e5) + "1" + ")".repeat(1e5)))', DEEP),
  script('compiles templates in templates', `return (0, eval)("\`\${".repeat(3e4) + "1" + "}\`".repeat(3e4))`, DEEP),
  script(
    'compiles functions in functions',
    'return String((0, eval)("()=>".repeat(1e5) + "1"))',
    fails(/SyntaxError|stack overflow|longer than/),
  ),
  script('compiles blocks in blocks', '(0, eval)("{".repeat(1e5)); return "x"', DEEP),
  script(
    'compiles a chain of operators',
    'return String((0, eval)("-".repeat(2e5) + "1"))',
    fails(/stack overflow|longer than|needed more|SyntaxError/),
  ),
  script(
    'compiles groups in groups',
    'return String(new RegExp("(".repeat(1e5) + ")".repeat(1e5)))',
    fails(/stack overflow|longer than|needed more|[Tt]oo many|SyntaxError/),
  ),
  script(
    'repeats a repeated pattern',
    'return String(new RegExp("(?:a{1,1000}){1,1000}b").test("a".repeat(1e4)))',
    TIME,
  ),
  script(
    'runs generators in generators',
    'let g = (function* () { yield "x" })(); for (let i = 0; i < 1e5; i++) { const inner = g; g = (function* () { yield* inner })() } return g.next().value',
    DEEP,
  ),
  script(
    'climbs a long chain of prototypes',
    'let o = {}; for (let i = 0; i < 1e6; i++) o = Object.create(o); return String(o.missing)',
    ROOM,
  ),
  script(
    'causes errors by errors',
    'let e = new Error("x"); for (let i = 0; i < 1e5; i++) e = new Error("x", { cause: e }); throw e',
    over('time', 'memory'),
  ),
  script(
    'concatenates text without end, bit by bit',
    'let s = ""; for (let i = 0; i < 1e7; i++) s = s + i; return String(s.length)',
    ROOM,
  ),
];
