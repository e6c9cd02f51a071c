import { setImmediate } from 'node:timers/promises';

/** About this many characters are sent at a time. */
const partLength = 65_536;
const stepMs = 5;

/**
 * A response that is one object with one list, which can be long: its items are made and written one after the other,
 * as fast as the client reads, and other work runs in between.
 */
export class LongResponse {
  readonly name: string;
  readonly items: Iterable<unknown>;

  constructor(name: string, items: Iterable<unknown>) {
    this.name = name;
    this.items = items;
  }

  /** The JSON text, in parts. */
  async *texts(): AsyncGenerator<string> {
    let text = `{${JSON.stringify(this.name)}:[`;
    let separator = '';
    let stepEnds = performance.now() + stepMs;
    for (const item of this.items) {
      text += separator + JSON.stringify(item);
      separator = ',';
      if (text.length >= partLength) {
        yield text;
        text = '';
      }
      if (performance.now() >= stepEnds) {
        await setImmediate();
        stepEnds = performance.now() + stepMs;
      }
    }
    yield `${text}]}`;
  }
}
