/** Names of members and positions in lists, from a value inwards. */
export type PathOfNames = readonly (Buffer | number)[];

/** A path of names of members and positions in lists. */
export const path = (...steps: (string | number)[]): PathOfNames =>
  steps.map((step) => (typeof step === 'number' ? step : Buffer.from(step)));

/** Values that are looked at for one search, and pointers that lead to one value. A broken file could have loops. */
const max = { values: 10_000, pointers: 8, characters: 1_024 };

const types = { pointer: 1, text: 2, uint16: 5, uint32: 6, map: 7, list: 11, boolean: 14 };
/** What is added to a size, or to where a pointer leads, by the number of its bytes. */
const bases = [0, 29, 285, 65_821];
const pointerBases = [0, 0, 2_048, 526_336, 0];

/**
 * The values of a section of a MaxMind DB file. Maps are searched where they are, without making objects of them: an entry has
 * names in many languages, of which one is wanted.
 */
export function geoValues(section: Buffer) {
  // The value that was read last: of a pointer, `size` is where it leads. Objects would take most of the time here.
  let type = 0;
  let size = 0;
  /** The position of its content; of a pointer and a boolean, of what follows. */
  let at = 0;

  /**
   * The text or number at the end of a path from the value at `start`; null: there is none. Throws an Error when the section is
   * broken there.
   */
  function find(start: number, steps: PathOfNames): string | number | null {
    read(start);
    for (const step of steps) {
      follow();
      const isMap = typeof step !== 'number';
      if (type !== (isMap ? types.map : types.list)) return null;
      if (!(isMap ? enterMember(step) : enterItem(step))) return null;
    }
    follow();
    if (type === types.text) return textHere();
    return type === types.uint16 || type === types.uint32 ? numberAt(at, size) : null;
  }

  /**
   * Where the members of the map at `start` with these names are, in one walk through it: most of its values have to be
   * skipped in parts. Members that it does not have are left out.
   */
  function membersAt(start: number, names: readonly Buffer[]): Map<Buffer, number> {
    const places = new Map<Buffer, number>();
    read(start);
    follow();
    if (type !== types.map) return places;
    let next = at;
    for (let members = size; members > 0 && places.size < names.length; members--) {
      read(next);
      next = type === types.pointer ? at : at + size;
      follow();
      const name = names.find(isTextHere);
      if (name !== undefined) places.set(name, next);
      read(next);
      next = skip();
    }
    return places;
  }

  /** Reads the value of the member of the map here; false: it has none of this name. */
  function enterMember(name: Buffer): boolean {
    let members = size;
    let next = at;
    for (; members > 0; members--) {
      read(next);
      next = type === types.pointer ? at : at + size;
      follow();
      const isWanted = isTextHere(name);
      read(next);
      if (isWanted) return true;
      next = skip();
    }
    return false;
  }

  /** Reads an item of the list here; false: it is shorter. */
  function enterItem(index: number): boolean {
    if (index >= size) return false;
    read(at);
    for (let n = 0; n < index; n++) read(skip());
    return true;
  }

  /** The position after the value here, and all that is in it. */
  function skip(): number {
    let left = max.values;
    for (let open = 1; ; ) {
      if (left-- === 0) throw new Error('an entry is too large');
      if (type === types.map) open += 2 * size;
      else if (type === types.list) open += size;
      else if (type !== types.pointer && type !== types.boolean) at += size;
      if (--open === 0) return at;
      read(at);
    }
  }

  /** Reads the value that pointers lead to, if there is one here. */
  function follow(): void {
    for (let pointers = 0; type === types.pointer; pointers++) {
      if (pointers === max.pointers) throw new Error('pointers lead to no value');
      read(size);
    }
  }

  function read(start: number): void {
    const control = byteAt(start);
    const low = control & 31;
    type = control >> 5;
    at = start + 1;
    if (type === types.pointer) {
      readPointer(low);
      return;
    }
    if (type === 0) type = 7 + byteAt(at++);
    const bytes = low < 29 ? 0 : low - 28;
    size = bytes === 0 ? low : (bases[bytes] ?? 0) + numberAt(at, bytes);
    at += bytes;
  }

  function readPointer(low: number): void {
    const bytes = (low >> 3) + 1;
    const high = bytes === 4 ? 0 : (low & 7) * 256 ** bytes;
    size = (pointerBases[bytes] ?? 0) + high + numberAt(at, bytes);
    at += bytes;
  }

  function textHere(): string {
    if (size > max.characters || at + size > section.length) throw new Error('a text is too long');
    return section.toString('utf8', at, at + size);
  }

  function isTextHere(name: Buffer): boolean {
    if (type !== types.text) throw new Error('a name is no text');
    if (size !== name.length) return false;
    for (let n = 0; n < size; n++) if (section[at + n] !== name[n]) return false;
    return true;
  }

  // Reading bytes one by one is several times as fast as the functions of Buffer for a few of them.
  function numberAt(start: number, bytes: number): number {
    if (bytes > 4) throw new Error('a number is too long');
    let number = 0;
    for (let n = 0; n < bytes; n++) number = number * 256 + byteAt(start + n);
    return number;
  }

  function byteAt(position: number): number {
    const byte = section[position];
    if (byte === undefined) throw new Error('a value is outside of the file');
    return byte;
  }

  return { find, membersAt };
}
