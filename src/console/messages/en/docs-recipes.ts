/** A short way to a goal, with the page where it begins. */
export type Recipe = {
  id: string;
  title: string;
  goal: string;
  steps: readonly string[];
  code?: string;
  to: { path: string; page: string; hash?: string; tab?: string };
};

/** Short ways to common goals. */
export const recipes: readonly Recipe[] = [
  {
    id: 'chat',
    title: 'Tell a chat channel about every purchase',
    goal: 'A message appears in your team’s channel as soon as a visitor buys.',
    steps: [
      'In your chat tool, make an incoming webhook and copy its address.',
      'New Connection, Webhook: paste the address as Base URL. Choose No Authentication: the address itself is the secret.',
      'Save and Continue, then New Destination with the template below. Enable it.',
      'New Action: choose the scenario Purchase, choose this destination, map product and total, Save and Enable.',
    ],
    code: '{"text": "{{ it.data[0].product }} was bought for {{ it.data[0].total }}"}',
    to: { path: '/connections/new', page: 'New Connection' },
  },
  {
    id: 'crm',
    title: 'Keep your CRM up to date, signed in with OAuth',
    goal: 'Millrace fetches, renews and keeps the token; you only enter the client.',
    steps: [
      'New Connection, Webhook: Base URL of the CRM, Authentication Type OAuth V2, Grant Type Client Credentials.',
      'Enter Client ID, Client Secret, Access Token URL and, if the CRM asks for it, Scope.',
      'Press Test authentication: every step is shown with its time and what went wrong.',
      'Add a destination for each address of the CRM that you send to.',
    ],
    to: { path: '/connections/new/webhook', page: 'New Connection' },
  },
  {
    id: 'large',
    title: 'Send only orders over 100',
    goal: 'The small ones are not sent, and the event page says why.',
    steps: [
      'Open the Action and go to Rules.',
      'Add a filter: the parameter with the total, is greater than, 100.',
      'Press Check on last 100 events: you see which would match now and which no longer.',
      'Save. On an event’s page, Explain shows the clause that decided.',
    ],
    to: { path: '/actions', page: 'Actions' },
  },
  {
    id: 'abandoned-cart',
    title: 'E-mail customers who abandon a cart',
    goal: 'Your e-mail tool hears of each cart that was left without an order.',
    steps: [
      'Rules look at one event at a time, so your site or shop system sends an event of the type $AbandonCart, for example 30 minutes after the last change of a cart.',
      'New Action: choose the scenario Abandoned cart. To leave out small carts, add a filter by the cart’s value, is greater than, 100.',
      'In Field Mapping, choose the type Number for the value, so that it is not sent as text.',
      'Press Check on last 100 events, then Save and Enable.',
    ],
    code: "fetch('https://millrace.example.com/v3/THE-KEY', {\n  method: 'POST',\n  keepalive: true,\n  body: JSON.stringify({ events: [{ 'wt.ev': '$AbandonCart', email, cart_value: '120.90' }] }),\n});",
    to: { path: '/actions/new', page: 'New Action' },
  },
  {
    id: 'hash',
    title: 'Hash e-mail addresses before they leave',
    goal: 'The other system can match customers without seeing their address.',
    steps: [
      'Open the destination’s Template.',
      'Insert the address with the filters below: trimmed, in small letters, then hashed.',
      'Look at the preview with a recent event, then Save.',
    ],
    code: '{"email_sha256": "{{ it.data[0].email | trim | lower | sha256 }}"}',
    to: { path: '/docs/templates', hash: 'filters', page: 'Template language' },
  },
  {
    id: 'batch',
    title: 'Send many records in one request',
    goal: 'For systems that take lists, or that allow few requests.',
    steps: [
      'Open the destination, Advanced, Batching: how many records at most, and how long to wait for them.',
      'In the template, use it.data as the whole list: what reads it.data[0] alone leaves the others out.',
      'A request that is refused (400, 413, 422) is sent again in halves, until the bad record is isolated and fails alone.',
      'If the response lists a result per record, add a rule under Response rules, For single records of a batch.',
    ],
    code: '{{! return { records: it.data }; }}',
    to: { path: '/connections', page: 'Connections' },
  },
  {
    id: 'maintenance',
    title: 'Sit out the other system’s maintenance',
    goal: 'Nothing is lost and nothing fails while it is away.',
    steps: [
      'Pause the connection. What would be sent is held and counted.',
      'When the system is back, resume: held deliveries are sent, oldest first, not faster than the limits allow.',
      'Without pausing, deliveries are tried again with growing waits, for about a day by default.',
    ],
    to: { path: '/connections', page: 'Connections' },
  },
  {
    id: 'why',
    title: 'Find out why something was not sent',
    goal: 'The reason for any event, down to the condition.',
    steps: [
      'Find the event in Events, by name, visitor or a parameter’s value.',
      'Open it: Explain shows for every Action whether it matched, and if not, which clause decided and what value it saw.',
      'If it matched, follow its delivery: every attempt with request, response and times.',
    ],
    to: { path: '/events', page: 'Events' },
  },
  {
    id: 'move',
    title: 'Move a set-up to another server',
    goal: 'Try on a test server, then take the same to production.',
    steps: [
      'Settings, Export and import: download everything as one YAML file. Secrets are never in it.',
      'On the other server, choose the file. The plan shows what would be new and what would change.',
      'Import, then enter the secrets in the connections that need them.',
    ],
    to: { path: '/settings', tab: 'transfer', page: 'Export and import' },
  },
];
