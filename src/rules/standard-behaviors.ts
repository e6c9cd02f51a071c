import type { BehaviorBody } from '../contract/documents/behavior.ts';
import type { Condition } from '../contract/documents/condition.ts';

/** A predefined behavior: fixed id, can't be changed or deleted. */
type StandardBehavior = BehaviorBody & { id: string; standard: true };

/**
 * The standard behaviors. They match the values that Oracle documents for its data collection (`wt.ev` with a leading
 * `$`, transaction codes in `wt.tx_e`, kinds of event in `wt.dl`), the plain names that other senders use, and those of
 * Segment's specification for e-commerce, which SDKs send.
 */
export const standardBehaviors: readonly StandardBehavior[] = [
  behavior(
    'Sign In',
    'Session',
    'A visitor signed in.',
    ['wt.dcsvid', 'wt.email_sha256'],
    named('SignIn', 'Login', 'SignedIn'),
  ),
  behavior('Sign Out', 'Session', 'A visitor signed out.', ['wt.dcsvid'], named('SignOut', 'Logout', 'SignedOut')),
  behavior(
    'View Page',
    'Content',
    'A visitor viewed a page or app screen.',
    ['wt.ti', 'wt.es', 'dcsuri', 'wt.cg_n', 'wt.cg_s'],
    {
      any: [named('ViewPage', 'PageView', 'Pageview', 'View', 'Page', 'Screen'), is('wt.dl', '0')],
    },
  ),
  behavior('Search', 'Content', 'A visitor searched the site.', ['wt.oss', 'wt.oss_r', 'wt.es'], {
    any: [
      named('Search', 'ProductsSearched'),
      { all: [{ parameter: 'wt.oss', operator: 'exists' }, { not: is('wt.oss', '') }] },
    ],
  }),
  behavior('Click', 'Content', 'A visitor clicked a link or button.', ['wt.ti', 'wt.es', 'dcsuri', 'wt.nv'], {
    any: [named('Click'), isOneOf('wt.dl', ['1', '21', '22', '23', '24'])],
  }),
  behavior('Download', 'Content', 'A visitor downloaded a file.', ['wt.ti', 'wt.es', 'dcsuri'], {
    any: [named('Download', 'FileDownload'), isOneOf('wt.dl', ['20', '25'])],
  }),
  behavior('Form Submit', 'Content', 'A visitor submitted a form.', ['wt.ti', 'wt.es', 'dcsuri'], {
    any: [named('FormSubmit', 'SubmitForm', 'FormSubmitted'), isOneOf('wt.dl', ['26', '27'])],
  }),
  commerce('View Product', 'A visitor viewed a product.', {
    any: [named('ViewProduct', 'ProductView', 'ProductViewed', 'ViewItem'), is('wt.tx_e', 'v')],
  }),
  commerce(
    'View Category',
    'A visitor viewed a product category.',
    named('ViewCategory', 'CategoryView', 'ProductListViewed', 'ViewItemList'),
  ),
  commerce('Add Product To Cart', 'A visitor added a product to the cart.', {
    any: [named('AddProductToCart', 'AddToCart', 'CartAdd', 'ProductAdded'), is('wt.tx_e', 'a')],
  }),
  commerce('Remove Product From Cart', 'A visitor removed a product from the cart.', {
    any: [named('RemoveProductFromCart', 'RemoveFromCart', 'CartRemove', 'ProductRemoved'), is('wt.tx_e', 'r')],
  }),
  commerce(
    'View Shopping Cart',
    'A visitor viewed the cart.',
    named('ViewShoppingCart', 'ViewShoppingCartItems', 'ViewCart', 'CartViewed'),
  ),
  commerce(
    'Abandon Cart',
    'A cart was left without an order. The site sends this event after a time without activity.',
    named('AbandonCart', 'CartAbandon', 'AbandonedCart', 'CartAbandoned'),
    ['wt.tx_cartid'],
  ),
  commerce('Checkout', 'A visitor started checkout.', named('Checkout', 'BeginCheckout', 'CheckoutStarted')),
  commerce(
    'Purchase',
    'A visitor placed an order.',
    { any: [named('Purchase', 'PurchaseProduct', 'Order', 'OrderCompleted', 'Transaction'), is('wt.tx_e', 'p')] },
    ['event.order', 'wt.tx_i', 'wt.tx_cartid'],
  ),
  commerce('View Order Status', 'A visitor viewed the status of an order.', named('ViewOrderStatus', 'OrderStatus'), [
    'event.order',
    'wt.tx_i',
  ]),
  commerce(
    'Add To Wishlist',
    'A visitor added a product to a wish list.',
    named('AddToWishlist', 'AddProductToWishlist', 'ProductAddedToWishlist'),
  ),
  commerce('Add To Favorites', 'A visitor added a favorite.', named('AddToFavorites', 'AddProductToFavorites')),
  commerce('Rate Product', 'A visitor rated a product.', named('RateProduct', 'ProductRating', 'ProductReviewed')),
  commerce('Compare Product', 'A visitor compared products.', named('CompareProduct', 'CompareProducts')),
];

function commerce(name: string, description: string, condition: Condition, more: string[] = []): StandardBehavior {
  const any = ['event.value', 'event.product', 'event.product_name', 'event.currency'];
  const product = ['wt.pn_sku', 'wt.product_name', 'wt.cg_n', 'wt.cg_s', 'wt.tx_u', 'wt.tx_s', 'wt.currency'];
  return behavior(name, 'Commerce', description, [...any, ...product, ...more], condition);
}

function behavior(
  name: string,
  category: string,
  description: string,
  attributes: string[],
  condition: Condition,
): StandardBehavior {
  const id = `beh_std_${name.toLowerCase().replaceAll(' ', '_')}`;
  return { id, name, description, category, condition, attributes, standard: true };
}

/**
 * Matches the event type in each of the spellings `$SignIn`, `SignIn`, `sign_in`, `sign-in` and `sign in`, in any
 * letter case: as `wt.ev`, or as the name that an SDK gave the event. The name of other events may be the title of a page.
 */
function named(...names: string[]): Condition {
  const value = names.flatMap((name) => {
    const words = name.split(/(?<=[a-z])(?=[A-Z])/);
    return [...new Set([`$${name}`, name, words.join('_'), words.join('-'), words.join(' ')])];
  });
  const isNamed = (parameter: string): Condition => ({ parameter, operator: 'in', value, ignoreCase: true });
  return { any: [isNamed('wt.ev'), { all: [isNamed('event.name'), { not: is('source.format', 'infinity') }] }] };
}

function is(parameter: string, value: string): Condition {
  return { parameter, operator: 'equals', value };
}

function isOneOf(parameter: string, value: string[]): Condition {
  return { parameter, operator: 'in', value };
}
