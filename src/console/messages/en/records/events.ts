import { count } from '../../counts.ts';
import { formatNumber } from '../../format.ts';
import { sentence } from '../../sentence.ts';

/** Words of the Events list. */
export const events = {
  lead: 'Live event stream',
  nobody: 'Unknown',
  columns: {
    source: 'Collector/format',
    actions: 'Matched Actions',
  },
  filterBy: 'event name',
  live: 'Live',
  away: 'Connection lost. Reconnecting …',
  older: 'Viewing older events',
  newCount: (events: number) => `${formatNumber(events)} new`,
  showNew: (events: number) => `Show ${formatNumber(events)} new ${events === 1 ? 'event' : 'events'}`,
  sampled: (perSecond: number, shown: number) =>
    `About ${count.events(perSecond)}/s. Showing a sample of ${formatNumber(shown)}/s; filters search all events.`,
  keys: 'j and k select, Enter opens, x explains, c copies the event.',
  copied: 'Event copied',
  notSent: 'Not sent',
  waiting: 'Loading …',
  hiddenSize: 'Hidden',
  needPayloads: (right: string) => `To see event data you need the right “${right}”: ask an administrator.`,
  filters: {
    visitorHint: 'Full visitor ID',
    action: 'Matched action',
    parameterHint: 'E.g. wt.ev',
    value: 'equals',
    valueHint: 'Leave empty for “exists”',
    withValue: (parameter: string, value: string | undefined) =>
      value === undefined ? `${parameter} exists` : `${parameter} = ${value}`,
    trace: 'Trace',
  },
  searchedTo: 'Searched back to',
  searchedAll: 'Searched back to the oldest event.',
  searchOn: 'Load more',
  emptyText: 'Events show here as soon as a page, an app or a server sends them to a collector.',
  emptyAction: 'Send your first event',
} as const;

/** Words of the page of one event. */
export const event = {
  tabs: { explain: 'Explain', payload: 'Payload', deliveries: 'Deliveries', raw: 'Raw request' },
  sameVisitor: 'All events of this visitor',
  studio: 'Open in template studio',
  useAsSample: 'Use as sample',
  sampleChosen: 'Previews in this browser tab start with this event',
  noSample: 'Previews start with a matching event again',
  summary: {
    none: 'Nothing was sent: there are no actions yet.',
    nothing: (checked: number) =>
      checked === 1
        ? 'Nothing was sent: the only action doesn’t match this event.'
        : `Nothing was sent: none of the ${formatNumber(checked)} actions matches this event.`,
    disabled: (name: string) => `Nothing was sent: ${name} matches, but is disabled.`,
    noDelivery: (name: string) =>
      `Nothing was sent: ${name} matches now, but didn’t when the event was received, or had no destination then.`,
    because: (name: string, clause: string, found: string) => `${name}: expected ${clause}, ${found}.`,
    needs: (clause: string, found: string) => `Expected ${clause}, ${found}.`,
    behavior: (name: string) => `the behavior “${name}”`,
    noneOf: (clauses: readonly string[]) => `Expected any of: ${clauses.join('; ')}.`,
    recovered: (deliveries: number) =>
      `${count.deliveries(deliveries)} failed first; a replay sent it again and delivered it.`,
    sent: (delivered: number) => `Delivered to ${count.destinations(delivered)}.`,
    waiting: (deliveries: number) => `${count.deliveries(deliveries)} in progress.`,
    held: (deliveries: number, why: string) => `${count.deliveries(deliveries)} on hold because ${why}.`,
    failed: (deliveries: number, why: string) => `${count.deliveries(deliveries)} failed: ${why}.`,
    skipped: (deliveries: number) => `${count.deliveries(deliveries)} skipped: the template returned nothing.`,
    cancelled: (deliveries: number) => `${count.deliveries(deliveries)} cancelled.`,
    unknown: 'unknown reason',
  },
  matched: 'Matched',
  notMatched: 'Didn’t match',
  othersTable: 'Actions that didn’t match',
  findAction: 'Filter actions',
  noAction: 'No matching actions',
  showRules: (name: string) => `Rules of ${name}`,
  disabled: 'The action is disabled.',
  ruleError: (error: string) =>
    `Its rules can’t be evaluated for this event, so that it has no delivery: ${sentence(error)}`,
  wouldMatch: 'Would match, but the action is disabled.',
  noDelivery:
    'It matches now but has no delivery: it was created, changed or enabled after this event, or had no destination then.',
  rulesChanged: 'Its rules have changed: with the current ones it wouldn’t match.',
  rules: (passed: number, all: number, matched: boolean) =>
    `${formatNumber(passed)} of ${count.conditions(all)} met${matched && passed < all ? ', which is enough' : ''}`,
  found: (value: string) => `got “${value}”`,
  unordered: (got: string) => `${got}, which is neither a number nor a time`,
  thisEventLacks: (parameter: string) => `this event has no ${parameter}`,
  isShortened: 'Too large to show in full: only what decided is listed.',
  leftOut: (actions: number) => `${count.actions(actions)} more didn’t match.`,
  hiddenValue: 'value hidden',
  hiddenSentence: 'the event’s value is hidden from you',
  groups: { all: 'All of these', any: 'Any of these', not: 'Not' },
  behavior: (name: string) => `Behavior “${name}”`,
  mappingOf: (fields: number) => `Field Mapping: ${count.fields(fields)}`,
  valueHere: 'Value in this event',
  fixed: 'fixed value',
  expression: (text: string) => `expression ${text}`,
  request: 'Request and response',
  requestWaiting: 'No request sent yet',
  openAction: 'Open action',
  noActions: 'There are no actions yet. An action says which events to send, and where.',
  data: 'Parameters',
  ext: 'Extended data (ext)',
  session: 'Session',
  inFull: (title: string) => `${title}, full value`,
  raw: {
    rebuilt: 'Rebuilt request',
    text: 'Sends the stored event again. The original request isn’t stored: its headers, the sender’s IP address and masked values are missing.',
    id: 'Event ID',
    anonymous: 'Anonymous ID',
    session: 'Session',
    occurred: 'Occurred',
    received: 'Received',
    format: 'Format',
    json: 'API representation',
    none: 'none',
  },
  noDeliveries: 'No deliveries',
  noDeliveriesText: 'No action sent this event. See Explain for the reason.',
} as const;
