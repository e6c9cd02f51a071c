import { counted } from './format.ts';

const noun = (one: string, other = `${one}s`) => ({ one, other });

/** Each noun that the console counts. */
export const nouns = {
  actions: noun('action'),
  alerts: noun('alert'),
  attempts: noun('attempt'),
  behaviors: noun('behavior'),
  bodies: noun('body', 'bodies'),
  changes: noun('change'),
  collectors: noun('collector'),
  conditions: noun('condition'),
  connections: noun('connection'),
  deliveries: noun('delivery', 'deliveries'),
  destinations: noun('destination'),
  entries: noun('entry', 'entries'),
  errors: noun('error'),
  events: noun('event'),
  fields: noun('field'),
  issues: noun('issue'),
  lines: noun('line'),
  messages: noun('message'),
  objects: noun('object'),
  parameters: noun('parameter'),
  places: noun('place'),
  replays: noun('replay'),
  requests: noun('request'),
  responses: noun('response'),
  rights: noun('right'),
  roles: noun('role'),
  rows: noun('row'),
  rules: noun('rule'),
  rejections: noun('rejected request'),
  sessions: noun('session'),
  systems: noun('system'),
  times: noun('time'),
  tokens: noun('API token'),
  users: noun('user'),
  warnings: noun('warning'),
} as const;

/** `1 delivery`, `1,200 deliveries`. */
export const count = Object.fromEntries(
  Object.entries(nouns).map(([name, one]) => [name, (value: number) => counted(value, one)]),
) as Readonly<Record<keyof typeof nouns, (value: number) => string>>; // of the same keys
