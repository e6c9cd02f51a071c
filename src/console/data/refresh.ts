/** How often what is shown is asked for again: what changes while people watch it, and what they look at now and then. */
export const liveMs = 3_000;
export const watchedMs = 15_000;
