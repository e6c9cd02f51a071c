// Apart from the schemas: pages that only name these need not load them.

/** The days of the week, as quiet hours name them. */
export const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type WeekDay = (typeof weekDays)[number];

/** The ways to be told. */
export const alertTypes = ['webhook', 'email', 'slack'] as const;
export type AlertType = (typeof alertTypes)[number];
