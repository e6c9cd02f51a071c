/** An event as the page of a shop sends it: parameters of the data collection API. */
export type ShopEvent = Record<string, string>;

type SampleShop = {
  /** The next event, at this time (ms since the epoch). */
  next(now: number): ShopEvent;
};

const products = [
  { sku: 'KET-1', name: 'Copper kettle', category: 'Kitchen', price: 49.9 },
  { sku: 'MUG-4', name: 'Four stoneware mugs', category: 'Kitchen', price: 28 },
  { sku: 'LMP-2', name: 'Reading lamp', category: 'Living', price: 79.5 },
  { sku: 'RUG-3', name: 'Wool rug', category: 'Living', price: 189 },
  { sku: 'PLN-7', name: 'Olive tree', category: 'Garden', price: 64 },
  { sku: 'HSE-5', name: 'Garden hose, 20 m', category: 'Garden', price: 32.4 },
] as const;
type Product = (typeof products)[number];

const searches = ['kettle', 'lamp', 'rug', 'gift', 'olive', 'mug'];
const home = 'shop.example';

/**
 * The steps of a visitor. enter → browse; browse → search, browse or product; search → product; product → cart, browse
 * or leave; cart → product, checkout or leave (an abandoned cart); checkout → purchase or leave. A visitor who leaves
 * or has bought is replaced by a new one.
 */
type Step = 'enter' | 'browse' | 'search' | 'product' | 'cart' | 'checkout';

type Visitor = { id: string; step: Step; looking: Product; cart: Product[] };

/** A shop with this many visitors at once, whose steps `random` decides. */
export function sampleShop({ random, visitors }: { random: () => number; visitors: number }): SampleShop {
  let visitorNumber = 0;
  let orderNumber = 1_000;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // the lists are not empty
  const enter = (): Visitor => ({ id: `visitor-${++visitorNumber}`, step: 'enter', looking: pick(products), cart: [] });
  const present = Array.from({ length: visitors }, enter);

  function act(visitor: Visitor): ShopEvent | null {
    const chance = random();
    switch (visitor.step) {
      case 'enter':
        visitor.step = 'browse';
        return page('$ViewPage', 'Welcome', '/');
      case 'browse':
        visitor.looking = pick(products);
        if (chance < 0.25) {
          visitor.step = 'search';
          return { ...page('$Search', 'Search', '/search'), 'wt.oss': pick(searches), 'wt.oss_r': '3' };
        }
        if (chance < 0.5) return page('$ViewCategory', visitor.looking.category, `/${visitor.looking.category}`);
        visitor.step = 'product';
        return about('$ViewProduct', 'v', [visitor.looking]);
      case 'search':
        visitor.step = 'product';
        return about('$ViewProduct', 'v', [visitor.looking]);
      case 'product':
        if (chance < 0.15) return null;
        visitor.step = chance < 0.7 ? 'cart' : 'browse';
        if (visitor.step === 'browse') return page('$ViewPage', 'Welcome', '/');
        visitor.cart.push(visitor.looking);
        return about('$AddProductToCart', 'a', [visitor.looking]);
      case 'cart':
        if (chance < 0.2) return null;
        visitor.step = chance < 0.55 ? 'product' : 'checkout';
        if (visitor.step === 'checkout') return page('$Checkout', 'Checkout', '/checkout');
        visitor.looking = pick(products);
        return about('$ViewProduct', 'v', [visitor.looking]);
      case 'checkout': {
        if (chance < 0.2) return null;
        const order = { ...about('$Purchase', 'p', visitor.cart), 'wt.tx_i': `A-${++orderNumber}` };
        Object.assign(visitor, enter());
        return order;
      }
    }
  }

  return {
    next(now) {
      const visitor = pick(present);
      const { id } = visitor;
      const did = act(visitor);
      if (did !== null) return { 'wt.dcsvid': id, 'wt.ets': String(now), ...did };
      Object.assign(visitor, enter());
      return { 'wt.dcsvid': id, 'wt.ets': String(now), ...page('$ViewPage', 'Good-bye', '/bye') };
    },
  };
}

function page(kind: string, title: string, path: string): ShopEvent {
  return { 'wt.ev': kind, 'wt.ti': title, 'wt.es': home + path.toLowerCase() };
}

function about(kind: string, code: string, items: readonly Product[]): ShopEvent {
  const all = (of: (product: Product) => string) => items.map(of).join(';');
  return {
    ...page(
      kind,
      all((one) => one.name),
      `/${items[0]?.sku ?? ''}`,
    ),
    'wt.tx_e': code,
    'wt.pn_sku': all((one) => one.sku),
    'wt.product_name': all((one) => one.name),
    'wt.cg_n': all((one) => one.category),
    'wt.tx_u': all(() => '1'),
    'wt.tx_s': all((one) => one.price.toFixed(2)),
    'wt.currency': 'EUR',
  };
}
