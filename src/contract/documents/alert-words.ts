// Kept apart from the schemas: pages that need only these lists don't load Zod.

/** The days of the week, as quiet hours name them. */
export const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type WeekDay = (typeof weekDays)[number];

/** The channels of an alert. */
export const alertTypes = ['webhook', 'email', 'slack'] as const;
export type AlertType = (typeof alertTypes)[number];
