/**
 * Values of the first status word, about the text that `enter` returned; the second word is its length in 16-bit
 * units.
 */
export const STATUS = { text: 0, tooLong: 1, notText: 2 } as const;

/** Maximum number of characters of an error message. */
export const messageMax = 500;

/**
 * Script that the realm runs first, before any program; its value is `[status buffer, enter, retell, describe]`.
 * Programs can't reach these functions, and the language functions that they use are captured before a program can
 * change them.
 *
 * Text is passed as a C string, which ends at U+0000 and can't contain a lone surrogate: text with either is passed
 * as JSON. For output, the host detects this by the length, much faster than the engine could, and calls `retell`.
 */
export function preludeSource(outputBytesMax: number): string {
  return `(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const bindThis = Function.prototype.bind.bind(Function.prototype.call);
  const slice = bindThis(String.prototype.slice);
  const toText = String;
  const status = new Uint32Array(2);
  let output = '';
  return [
    status.buffer,
    (render, input, isJson) => {
      output = render(isJson ? parse(input) : input);
      if (typeof output !== 'string') {
        status[0] = ${STATUS.notText};
        return output === null ? 'null' : typeof output;
      }
      if (output.length > ${outputBytesMax}) {
        status[0] = ${STATUS.tooLong};
        return '';
      }
      status[0] = ${STATUS.text};
      status[1] = output.length;
      return output;
    },
    () => stringify(output),
    (error) => {
      let message = 'threw a value that cannot be described';
      let stack = '';
      try {
        if ((typeof error === 'object' && error !== null) || typeof error === 'function') {
          const { name, message: words, stack: frames } = error;
          const said = toText(words === undefined ? '' : words);
          message = name === undefined ? said || 'threw an object' : said ? toText(name) + ': ' + said : toText(name);
          if (typeof frames === 'string') stack = slice(frames, 0, 2000);
        } else {
          message = toText(error);
        }
        message = slice(message, 0, ${messageMax});
      } catch {}
      return stringify(message) + '\\n' + stringify(stack);
    },
  ];
})()`;
}
