import type { Event } from '../contract/records/event.ts';

type Data = Event['data'];

/** Senders choose the size of a value: a longer text is left as it is, and further products are not looked at. */
const readMax = { characters: 65_536, products: 1_000 };

/** A value that senders give under different names. `keys`: where in the data it can be. */
type CommonValue = { readonly keys: readonly string[]; find(data: Data): unknown };

/** The same parameter for events of every format: what a rule or mapping of orders reads, whichever SDK sent the event. */
const values: ReadonlyMap<string, CommonValue> = new Map([
  ['event.order', first('wt.tx_i', 'order_id', 'orderId', 'transaction_id')],
  [
    'event.value',
    {
      keys: ['wt.tx_s', 'total', 'revenue', 'value', 'price', 'quantity'],
      find: (data) =>
        sumOf(textOf(data, 'wt.tx_s')) ?? textOf(data, 'total', 'revenue', 'value') ?? priceOf(data) ?? undefined,
    },
  ],
  ['event.currency', first('wt.currency', 'currency')],
  ['event.product', ofProducts(['wt.pn_sku', 'sku', 'product_id', 'productId', 'wt.pn_id'], ['sku', 'product_id'])],
  ['event.product_name', ofProducts(['wt.product_name', 'product_name'], ['name'])],
]);

/** The common value with this name; undefined: it is the name of a parameter. */
export const commonValue = (name: string): CommonValue | undefined => values.get(name);

function first(...keys: string[]): CommonValue {
  return { keys, find: (data) => textOf(data, ...keys) };
}

/** A value of the product, or a list of those of `products`. The name of an event's product is its `name`. */
function ofProducts(keys: readonly string[], members: readonly string[]): CommonValue {
  const isName = members.includes('name');
  return {
    keys: [...keys, 'products', ...(isName ? ['name'] : [])],
    find(data) {
      const own = textOf(data, ...keys);
      if (own !== undefined) return own;
      const { products } = data;
      if (Array.isArray(products)) {
        const found = products.slice(0, readMax.products).flatMap((product) => {
          const text = typeof product === 'object' && !Array.isArray(product) ? textOf(product, ...members) : undefined;
          return text === undefined ? [] : [text];
        });
        return found.length === 0 ? undefined : found;
      }
      const hasProduct = textOf(data, 'sku', 'product_id', 'productId') !== undefined;
      return isName && hasProduct ? textOf(data, 'name') : undefined;
    },
  };
}

/** The first of the members that has a text. */
function textOf(data: Data, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The sum of amounts with semicolons between them, as the data collection API has those of several products. */
function sumOf(text: string | undefined): string | undefined {
  if (text === undefined || !text.includes(';') || text.length > readMax.characters) return text;
  const parts = text.split(';').filter((part) => part !== '');
  if (!parts.every((part) => decimal.test(part))) return text;
  const sum = parts.reduce((total, part) => total + Number(part), 0);
  return sum.toFixed(Math.max(...parts.map(decimalsOf)));
}

function priceOf(data: Data): string | undefined {
  const price = textOf(data, 'price');
  const quantity = textOf(data, 'quantity') ?? '1';
  if (price === undefined || quantity === '1' || !decimal.test(price) || !decimal.test(quantity)) return price;
  return (Number(price) * Number(quantity)).toFixed(decimalsOf(price) + decimalsOf(quantity));
}

/** With so few digits that their sums are exact. */
const decimal = /^-?\d{1,12}(?:\.\d{1,4})?$/;
const decimalsOf = (text: string) => text.split('.')[1]?.length ?? 0;
