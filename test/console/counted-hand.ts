import type { Locator } from 'playwright-core';

/**
 * Counts the clicks of a walk. What is done without it costs none: typing, since the keyboard is at hand.
 * `choosing`: the clicks of a choice in a list, which is one where opening it does not count.
 */
export function countedHand({ choosing = 1 } = {}) {
  let clicks = 0;
  return {
    clicks: () => clicks,
    async click(target: Locator) {
      clicks++;
      await target.click();
    },
    async choose(target: Locator, option: string) {
      clicks += choosing;
      await target.selectOption(option);
    },
    /** Types into a box that a click reaches. */
    async type(target: Locator, text: string) {
      clicks++;
      await target.fill(text);
    },
    /** Types into a box and picks the suggestion. */
    async pick(target: Locator, text: string, option: RegExp) {
      clicks++;
      await target.fill(text);
      await target.page().getByRole('option', { name: option }).click();
    },
  };
}
