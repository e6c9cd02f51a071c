import { counted } from './format.ts';

const of =
  (one: string, other = `${one}s`) =>
  (value: number) =>
    counted(value, { one, other });

/** `1 delivery`, `1,200 deliveries`: each noun that the console counts. */
export const count = {
  actions: of('action'),
  changes: of('change'),
  bodies: of('body', 'bodies'),
  conditions: of('condition'),
  deliveries: of('delivery', 'deliveries'),
  destinations: of('destination'),
  entries: of('entry', 'entries'),
  errors: of('error'),
  events: of('event'),
  fields: of('field'),
  lines: of('line'),
  messages: of('message'),
  objects: of('object'),
  parameters: of('parameter'),
  requests: of('request'),
  responses: of('response'),
  rights: of('right'),
  rules: of('rule'),
  tokens: of('API token'),
  users: of('user'),
  warnings: of('warning'),
} as const;
