/** How long before its end a secret or certificate counts as one that ends soon. */
export const endsSoonMs = 14 * 86_400_000;
