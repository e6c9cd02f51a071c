import { keepPreviousData } from '@tanstack/react-query';

export const liveMs = 3_000;

/** How often what is shown is asked for again: what changes while people watch it, and what they look at now and then. */
export const live = { refetchInterval: liveMs };
export const watched = { refetchInterval: 15_000 };

/** What is shown stays until the answer to another question, such as the next page, is there. */
export const kept = { placeholderData: keepPreviousData };
