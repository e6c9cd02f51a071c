import { type Attack, fails, gives, refused, script } from './attack.ts';

/** Code for `Function` that lists the visible host objects. */
const LOOK = `[typeof process, typeof require, typeof module, typeof global, typeof Buffer, typeof setTimeout,
  typeof console, typeof fetch, typeof performance].filter((type) => type !== "undefined").join()`;
const SEEN = `return String((0, eval)(\`${LOOK}\`) || 'nothing')`;
const VIA = (maker: string) => `return ${maker}(\`return ${LOOK}\`)() || 'nothing'`;

/** Looks for the host's realm behind the engine's. */
export const ESCAPES: Attack[] = [
  script('looks for host objects by name', SEEN, gives('nothing')),
  script(
    'asks Function for the global object',
    `const g = Function('return this')(); return typeof g.process + (g === globalThis)`,
    gives('undefinedtrue'),
  ),
  script('climbs from the input to Function', VIA('it.data.constructor.constructor'), gives('nothing')),
  script('climbs from a given helper to Function', VIA('skip.constructor'), gives('nothing')),
  script(
    'climbs from a class of the program to Function',
    VIA('(class { static #x = 1; static f() { return this.#x } }).f.constructor'),
    gives('nothing'),
  ),
  script('climbs from a bound native function', VIA('Math.max.bind(null).constructor'), gives('nothing')),
  script(
    'climbs from the global object itself',
    `return typeof globalThis.constructor.constructor('return process && process.version || 0') + [typeof globalThis.process]`,
    gives('functionundefined'),
  ),
  script(
    'makes an async function from text',
    `const f = (async () => {}).constructor('return process.version'); let said = 'no'; f().then((v) => { said = v; globalThis.left = v }, () => {}); return said + typeof globalThis.process`,
    gives('noundefined'),
  ),
  script(
    'makes a generator from text',
    `try { return String((function* () {}).constructor('yield process.version')().next().value) } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'makes an async generator from text',
    `(async function* () {}).constructor('globalThis.left = typeof process; yield 1')().next(); return String(globalThis.left)`,
    gives('undefined'),
  ),
  script(
    'constructs Function for a foreign new.target',
    `const f = Reflect.construct(Function, ['return typeof process'], class extends Function {}); return f()`,
    gives('undefined'),
  ),
  script(
    'climbs from the error of a stack overflow',
    `let e; const f = () => { f() }; try { f() } catch (error) { e = error } return e.constructor.constructor('return typeof process')() + typeof e.stack`,
    gives('undefinedstring'),
  ),
  script(
    'climbs from the error of a native function',
    `try { JSON.parse('{') } catch (e) { return e.constructor.constructor('return typeof process')() }`,
    gives('undefined'),
  ),
  script(
    'climbs from the error of a failing conversion',
    `try { \`\${Symbol()}\` } catch (e) { return Object.getPrototypeOf(e).constructor.constructor('return typeof process')() }`,
    gives('undefined'),
  ),
  script(
    'hooks the formatting of stack traces',
    `let seen = 'none'; Error.prepareStackTrace = (_, frames) => { seen = typeof frames[0]?.getThis?.()?.process; return 'x' }; new Error('x').stack; return typeof new Error('y').stack + seen`,
    gives('stringnone'),
  ),
  script(
    'captures a stack trace on an object with setters',
    `let got = ''; const o = { set stack(v) { got = v } }; Error.captureStackTrace?.(o); return /node:|file:|\\.ts|worker/.test(got + o.stack) ? 'host' : 'own'`,
    gives('own'),
  ),
  script(
    'reads the host out of a stack',
    `return /node:|file:|\\.[jt]s\\b|wasm|worker/.test(new Error('x').stack) ? new Error('x').stack : 'own'`,
    gives('own'),
  ),
  script(
    'walks the callers up',
    `const f = Function('let f = arguments.callee, n = 0; try { while (f && n++ < 9) f = f.caller } catch {} return String(typeof f)'); return f()`,
    gives('undefined'),
  ),
  script(
    'reads the arguments of its callers',
    `try { return String(globalThis.__render.arguments) } catch (e) { return e.name }`,
    gives('TypeError'),
  ),
  script(
    'reads the source of what called it',
    `const seen = []; let f; try { f = Function('return arguments.callee.caller')() } catch {} return String(f === undefined || f === null || !/status|output/.test(String(f)))`,
    gives('true'),
  ),
  script(
    'takes what instanceof hands to a trap',
    `let got; const p = new Proxy(class {}, { get(t, k, r) { if (k === Symbol.hasInstance) return (v) => { got = v; return true }; return Reflect.get(t, k, r) } }); ({}) instanceof p; return got.constructor.constructor('return typeof process')()`,
    gives('undefined'),
  ),
  script(
    'takes the species of native methods',
    `let made; class A extends Array { static get [Symbol.species]() { return function (n) { made = new.target; return [] } } } new A(1, 2).map((x) => x); return made.constructor('return typeof process')()`,
    gives('undefined'),
  ),
  script(
    'answers a conversion that the host makes',
    `return { toString: undefined, valueOf: undefined, [Symbol.toPrimitive](hint) { return hint.constructor.constructor('return typeof process')() } }`,
    gives('{}'),
  ),
  script(
    'answers the host by toJSON',
    `return { toJSON(key) { return [key.constructor.constructor('return typeof process')(), typeof this] } }`,
    gives('["undefined","object"]'),
  ),
  script(
    'takes what resolves a thenable',
    `return { then(resolve) { globalThis.left = resolve.constructor('return process')() } }`,
    fails(/returned a promise/),
  ),
  script(
    'imports a module of the host from text',
    `let said = 'nothing'; Function('return import("node:fs")')().then(() => { globalThis.left = 1 }, () => {}); return said`,
    gives('nothing'),
  ),
  script(
    'imports a library of the engine from text',
    `(0, eval)('import("std")').then((std) => { globalThis.left = std }, () => {}); return typeof std_() ; function std_() { return globalThis.std }`,
    gives('undefined'),
  ),
  script(
    'asks the module for its address',
    `try { return Function('return import.meta.url')() } catch (e) { return e.name }`,
    gives('SyntaxError'),
  ),
  { does: 'imports a module in its own text', template: `{{! return import('node:fs') }}`, held: refused(/import/) },
  {
    does: 'imports a module by a declaration',
    template: `{{! import fs from 'node:fs'; return fs }}`,
    held: refused(/import/),
  },
  script(
    'compiles WebAssembly',
    `return typeof WebAssembly + typeof globalThis.WebAssembly?.Memory`,
    gives('undefinedundefined'),
  ),
  script(
    'makes another realm',
    `return [typeof ShadowRealm, typeof $262, typeof Realm, typeof createRealm, typeof evalScript].join()`,
    gives('undefined,undefined,undefined,undefined,undefined'),
  ),
  script(
    'calls the shell of the engine',
    `return [typeof std, typeof os, typeof bjson, typeof print, typeof scriptArgs, typeof loadScript, typeof gc].filter((t) => t !== 'undefined').join() || 'none'`,
    gives('none'),
  ),
  script(
    'posts messages to the thread that started it',
    `return [typeof postMessage, typeof onmessage, typeof self, typeof parentPort, typeof BroadcastChannel, typeof MessageChannel].filter((t) => t !== 'undefined').join() || 'none'`,
    gives('none'),
  ),
  script(
    'blocks or signals its thread',
    `return typeof Atomics === 'undefined' ? 'none' : String(Atomics.wait)`,
    gives('none'),
  ),
  script(
    'sees what the program before it left in the global object',
    `return Object.getOwnPropertyNames(globalThis).filter((n) => /render|status|enter|prelude|host|quick|bridge|callback/i.test(n)).join()`,
    gives('__render'),
  ),
  script(
    'swaps the prototype of the global object for a trap',
    `let asked = []; try { Object.setPrototypeOf(globalThis, new Proxy({}, { has(t, k) { asked.push(String(k)); return false } })) } catch {} try { neverDeclaredAnywhere } catch {} return asked.filter((k) => /host|status|enter/.test(k)).length + ''`,
    gives('0'),
  ),
  script(
    'puts a trap into the prototype of all prototypes',
    `try { Object.setPrototypeOf(Object.prototype, new Proxy({}, { get() { return 1 } })) } catch (e) { return e.name }; return 'swapped'`,
    gives('TypeError'),
  ),
  script(
    'waits for the collector to call it',
    `if (typeof FinalizationRegistry === 'undefined') return 'none'; const r = new FinalizationRegistry(() => { globalThis.left = 1 }); for (let i = 0; i < 1000; i++) r.register({}, 1); return 'none'`,
    gives('none'),
  ),
  script(
    'continues after its end in a promise',
    `Promise.resolve().then(() => { globalThis.left = 1; for (;;); }); return 'ended'`,
    gives('ended'),
  ),
  script(
    'continues after its end in an async function',
    `Function('return (async () => { await null; globalThis.left = 1; for (;;); })()')(); return 'ended'`,
    gives('ended'),
  ),
  script(
    'continues after its end in an async iteration',
    `(async () => { for await (const x of (async function* () { for (;;) yield globalThis.left = 1 })()); })(); return 'ended'`,
    gives('ended'),
  ),
];

/** Looks for environment, files, network and other processes. */
export const SURROUNDINGS: Attack[] = [
  script(
    'reads the environment',
    `try { return JSON.stringify(process.env) } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'loads a file by require',
    `try { return require('node:fs').readFileSync('/etc/hostname', 'utf8') } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'gets a built-in module from the process',
    `try { return typeof process.getBuiltinModule('fs').readFileSync } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'gets an internal binding',
    `try { return typeof process.binding('fs') } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'loads through the constructor of a module',
    `try { return typeof module.constructor._load('fs') } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script('ends the process', `try { process.exit(3) } catch (e) { return e.name }`, gives('ReferenceError')),
  script(
    'raises a signal',
    `try { process.kill(process.pid, 'SIGTERM') } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'opens a connection',
    `try { fetch('http://127.0.0.1:9/'); return 'sent' } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'opens a socket of the web',
    `return [typeof WebSocket, typeof EventSource, typeof XMLHttpRequest, typeof Request].filter((t) => t !== 'undefined').join() || 'none'`,
    gives('none'),
  ),
  script(
    'keeps a timer',
    `try { setTimeout(() => { globalThis.left = 1 }); return 'kept' } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'writes to the log of the process',
    `try { console.log('forged'); return 'written' } catch (e) { return e.name }`,
    gives('ReferenceError'),
  ),
  script(
    'draws randomness from the host',
    `return typeof crypto + typeof globalThis.crypto?.randomUUID`,
    gives('undefinedundefined'),
  ),
  script(
    'measures time',
    `const at = Date.now(); for (let i = 0; i < 20000; i++); return String(Date.now() - at) + typeof performance`,
    gives('0undefined'),
  ),
  script(
    'reads the time of the machine',
    `return new Date().toISOString() + new Date(2024, 6, 1).getTimezoneOffset()`,
    gives('2023-11-14T22:13:20.000Z0'),
  ),
  script('learns the language of the machine', `return typeof Intl + typeof navigator`, gives('undefinedundefined')),
  script(
    'reads the scripts that are loaded',
    `return typeof require_() + typeof __filename + typeof __dirname; function require_() { return globalThis.require }`,
    gives('undefinedundefinedundefined'),
  ),
  script('stops at a breakpoint', `debugger; return 'ran on'`, gives('ran on')),
];
