/**
 * The bytes of a database file that no row uses, as in SQLite's file format (sqlite.org/fileformat2): SQLite copies rows
 * between pages, and zeroes a row that is deleted only where it is then.
 */
export type Pages = {
  /** The page's bytes, of which `clear` overwrites some; pages are counted from 1. */
  read(page: number): Buffer;
  /** The number at the beginning of a page. */
  readNumber(page: number): number;
  /** Overwrites bytes of a page that was read with zeros. */
  clear(page: number, from: number, to: number): void;
};

/** What SQLite's header tells about the other pages. */
export type Layout = {
  pageBytes: number;
  /** Without the bytes at the end that are reserved. */
  usableBytes: number;
  /** Pages of the list of free pages that name others; the others have no content. */
  trunks: ReadonlySet<number>;
};

const pointerKinds = { free: 2, firstOverflow: 3, overflow: 4 } as const;
const btreeKinds = { interiorIndex: 2, interiorTable: 5, leafIndex: 10, leafTable: 13 } as const;

/** Throws for a database without the pointer map that `auto_vacuum` needs: only the map tells what a page is for. */
export function layoutOf(pages: Pages): Layout {
  const header = pages.read(1);
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  if (header.readUInt32BE(52) === 0) throw new Error('The database has no pointer map.');
  const trunks = new Set<number>();
  for (let trunk = header.readUInt32BE(32); trunk !== 0 && !trunks.has(trunk); trunk = pages.readNumber(trunk))
    trunks.add(trunk);
  return { pageBytes, usableBytes: pageBytes - header.readUInt8(20), trunks };
}

/** Overwrites what no row uses of a page, and at the end of the overflow pages of its rows. */
export function clearUnused(pages: Pages, page: number, layout: Layout): void {
  const { pageBytes, usableBytes, trunks } = layout;
  // The page with the bytes that SQLite locks is never used, nor written.
  const locked = 0x40000000 / pageBytes + 1;
  const each = Math.floor(usableBytes / 5) + 1;
  const mapOf = Math.floor((page - 2) / each) * each + 2;
  const map = mapOf === locked ? mapOf + 1 : mapOf;
  if (page === locked || page === map) return;
  const kind = page === 1 ? null : pages.read(map).readUInt8(5 * (page - map - 1));
  if (kind === pointerKinds.free) {
    const used = trunks.has(page) ? 8 + 4 * pages.read(page).readUInt32BE(4) : 0;
    pages.clear(page, used, pageBytes);
  } else if (kind !== pointerKinds.firstOverflow && kind !== pointerKinds.overflow) clearBtree(pages, page, layout);
}

/** Clears the gap between the list of cells and the cells, the free blocks among these, and the ends of overflow chains. */
function clearBtree(pages: Pages, page: number, { usableBytes }: Layout) {
  const bytes = pages.read(page);
  const header = page === 1 ? 100 : 0;
  const kind = bytes.readUInt8(header);
  if (!Object.values<number>(btreeKinds).includes(kind))
    throw new Error(`Page ${page} is of the unknown kind ${kind}.`);
  const cells = header + (kind === btreeKinds.interiorIndex || kind === btreeKinds.interiorTable ? 12 : 8);
  const count = bytes.readUInt16BE(header + 3);
  pages.clear(page, cells + 2 * count, bytes.readUInt16BE(header + 5) || 65_536);
  for (let block = bytes.readUInt16BE(header + 1), last = 0; block > last; block = bytes.readUInt16BE(block)) {
    pages.clear(page, block + 4, block + bytes.readUInt16BE(block + 2));
    last = block;
  }
  if (kind === btreeKinds.interiorTable) return;
  for (let index = 0; index < count; index++) {
    const chain = overflowOf(bytes, bytes.readUInt16BE(cells + 2 * index), kind, usableBytes);
    if (chain !== null) clearEnd(pages, chain, usableBytes);
  }
}

type Chain = { first: number; bytes: number };

/** The overflow pages of a cell with the bytes that they have together; null: it has none. */
function overflowOf(bytes: Buffer, cell: number, kind: number, usableBytes: number): Chain | null {
  const start = kind === btreeKinds.interiorIndex ? cell + 4 : cell;
  const payload = varint(bytes, start);
  const local = kind === btreeKinds.leafTable ? varint(bytes, payload.end).end : payload.end;
  const most = kind === btreeKinds.leafTable ? usableBytes - 35 : Math.floor(((usableBytes - 12) * 64) / 255) - 23;
  if (payload.value <= most) return null;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((payload.value - least) % (usableBytes - 4));
  const inPage = fitting <= most ? fitting : least;
  return { first: bytes.readUInt32BE(local + inPage), bytes: payload.value - inPage };
}

function clearEnd(pages: Pages, { first, bytes }: Chain, usableBytes: number) {
  const each = usableBytes - 4;
  let page = first;
  let left = bytes;
  for (; left > each; left -= each) page = pages.readNumber(page);
  pages.clear(page, 4 + left, usableBytes);
}

/** The nine bytes at most of a number; sizes of rows and of what is before them fit into a double. */
function varint(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), end: at + 9 };
}
