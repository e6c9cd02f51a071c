/** The catalogue: every text of the console, in English, with its counts, numbers and times. */
export { count, nouns } from './counts.ts';
export { account } from './en/accounts/account.ts';
export { roles } from './en/accounts/roles.ts';
export { tokens } from './en/accounts/tokens.ts';
export { users } from './en/accounts/users.ts';
export { changes } from './en/changes.ts';
export { docs } from './en/docs.ts';
export { actions } from './en/documents/actions.ts';
export { alerts } from './en/documents/alerts.ts';
export { behaviors } from './en/documents/behaviors.ts';
export { conditions } from './en/documents/conditions.ts';
export { connectionForm } from './en/documents/connection-form.ts';
export { connections } from './en/documents/connections.ts';
export { dataCollection } from './en/documents/data-collection.ts';
export { destinations } from './en/documents/destinations.ts';
export { fieldsOf, placeOf } from './en/documents/document-places.ts';
export {
  type ParameterCategory,
  parameterCategories,
  parameterValues,
  parameterWords,
} from './en/documents/parameters.ts';
export { privacy } from './en/documents/privacy.ts';
export { settings } from './en/documents/settings.ts';
export { webhooks } from './en/documents/webhooks.ts';
export { editor } from './en/editor.ts';
export { formFields } from './en/form-fields.ts';
export { home } from './en/home.ts';
export { parts } from './en/parts.ts';
export { audit, type Switched } from './en/records/audit.ts';
export { deliveries } from './en/records/deliveries.ts';
export { eventPicker } from './en/records/event-picker.ts';
export { event, events } from './en/records/events.ts';
export { exchange } from './en/records/exchange.ts';
export { statusLine, statusMeaning } from './en/records/http.ts';
export { inbox } from './en/records/inbox.ts';
export { issueText } from './en/records/issue-texts.ts';
export { issues } from './en/records/issues.ts';
export { outcomes } from './en/records/outcomes.ts';
export { replays } from './en/records/replays.ts';
export { trace } from './en/records/trace.ts';
export { shell } from './en/shell.ts';
export { terms } from './en/terms.ts';
export { welcome } from './en/welcome.ts';
export * from './format.ts';
