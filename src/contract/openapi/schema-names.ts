import { z } from 'zod';
import { right, rolePatch } from '../accounts/role.ts';
import { me, session } from '../accounts/sign-in.ts';
import { newToken, tokenPatch } from '../accounts/token.ts';
import { invitedUser, userPatch } from '../accounts/user.ts';
import { actionDestination, fieldMapping } from '../documents/action.ts';
import {
  alertHealth,
  alertMessage,
  alertNotice,
  alertRules,
  email,
  quietHours,
  slack,
  webhook,
} from '../documents/alert.ts';
import { condition } from '../documents/condition.ts';
import {
  assertion,
  auth,
  connectionSettings,
  header,
  health,
  rate,
  requestLoad,
  retryPolicy,
  signing,
  testStep,
  testSteps,
  tokenFields,
} from '../documents/connection.ts';
import { deletedDocument } from '../documents/deleted.ts';
import {
  destinationHealth,
  destinationSettings,
  escapeMode,
  expectedValue,
  itemRule,
  method,
  outcomeRule,
  responseStatus,
  statusPattern,
} from '../documents/destination.ts';
import { actionRef, listCount, rollback, usedByActions } from '../documents/document-routes.ts';
import { namedDocument } from '../documents/names.ts';
import { listedParameter } from '../documents/parameter.ts';
import { fieldMask, fieldPrivacy } from '../documents/privacy.ts';
import { configuredValue, settings } from '../documents/settings.ts';
import { fieldProblem, importStep, transferDocument } from '../documents/transfer.ts';
import { webhookIntake } from '../documents/webhook-intake.ts';
import { auditChange, auditEntry } from '../records/audit.ts';
import { actionCheck, destinationCheck, eventRef, judgedAnswer, outcomeCheck } from '../records/check.ts';
import {
  attempt,
  counts,
  delivery,
  deliveryStatus,
  errorKind,
  lastAttempt,
  reason,
  renderResult,
  shownRequest,
  timings,
} from '../records/delivery.ts';
import { erasure } from '../records/erasure.ts';
import { dataValue, event, eventOutcome } from '../records/event.ts';
import { explainedComparison, explainedCondition, mappedField } from '../records/explanation.ts';
import { inboxRequest, inboxRule } from '../records/inbox.ts';
import {
  issue,
  issueCause,
  issueKind,
  issueNotice,
  issueProblem,
  issueSample,
  issueSeverity,
  issueState,
} from '../records/issue.ts';
import { page } from '../records/page.ts';
import { rejectedRequest, rejectedRequestWithBody } from '../records/rejected-request.ts';
import {
  deliveryFilter,
  eventFilter,
  leftOut,
  leftOutReason,
  replay,
  replayInput,
  replayPlan,
  replaySample,
} from '../records/replay.ts';
import { previewInput, sampleEvent, sampleInput } from '../records/sample.ts';
import { deliveryState, stateCounts } from '../records/state.ts';
import {
  percentiles,
  stats,
  statsAskedRange,
  statsCounts,
  statsItem,
  statsKind,
  statsRange,
  statsReason,
} from '../records/stats.ts';
import { trace } from '../records/trace.ts';
import { type RouteTable, routeTable } from '../routes.ts';
import { documentName } from '../text.ts';

const resources = [
  'Connection',
  'Destination',
  'Action',
  'Behavior',
  'Alert',
  'Collector',
  'User',
  'Role',
  'Token',
] as const;

const output = <Id extends keyof RouteTable>(id: Id): RouteTable[Id]['output'] => routeTable[id].output;
const body = <Id extends keyof RouteTable>(id: Id): RouteTable[Id]['body'] => routeTable[id].body;
const { shape } = connectionSettings;
const { shape: ofDestination } = destinationSettings;

const [oauth2] = auth.options[3].options;
const named: { [name: string]: z.core.$ZodType | null | undefined } = {
  ActionCheck: actionCheck,
  ActionRef: actionRef,
  ListCount: listCount,
  NamedDocument: namedDocument,
  UsedByActions: inner(usedByActions),
  ActionDestination: actionDestination,
  AlertMessage: alertMessage,
  AlertNotice: alertNotice,
  AlertEmailSettings: email,
  AlertHealth: alertHealth,
  AlertRules: alertRules,
  AlertSlackSettings: slack,
  AlertWebhookSettings: webhook,
  Assertion: assertion,
  Attempt: attempt,
  AttemptOutcome: attempt.shape.outcome,
  AttemptResult: inner(lastAttempt.shape.last),
  AuditAct: auditEntry.shape.act,
  AuditChange: auditChange,
  AuditEntry: auditEntry,
  AuditKind: auditEntry.shape.kind,
  Auth: auth,
  BatchLimits: inner(ofDestination.batch),
  Breaker: inner(shape.breaker),
  ClientAuth: inner(oauth2.shape.clientAuth),
  CollectorRate: inner(body('createCollector').shape.rate),
  Condition: condition,
  ConditionCount: output('countConditions'),
  ConfiguredValue: configuredValue,
  ConnectionHealth: health,
  RequestLoad: requestLoad,
  ConnectionSettings: connectionSettings,
  ConnectionTest: testSteps,
  ConnectionTestStep: testStep,
  DataValue: dataValue,
  DeletedDocument: deletedDocument,
  DocumentName: documentName,
  Delivery: delivery,
  DeliveryCounts: counts,
  DeliveryFilter: deliveryFilter,
  DeliveryHistogram: output('getDeliveryHistogram'),
  DeliveryStatus: deliveryStatus,
  DescribedRight: output('listRights').shape.data.element,
  DestinationCheck: destinationCheck,
  DestinationHealth: destinationHealth,
  DestinationSettings: destinationSettings,
  Erasure: erasure,
  ErrorCode: inner(auditEntry.shape.code),
  ErrorKind: errorKind,
  Escape: escapeMode,
  Event: event,
  EventFilter: eventFilter,
  EventOutcome: eventOutcome,
  EventRef: eventRef,
  Explanation: output('explainEvent'),
  ExplainedComparison: explainedComparison,
  ExplainedCondition: explainedCondition,
  ExtraFields: inner(oauth2.shape.extraParams),
  FieldMapping: fieldMapping,
  FinishedStatus: inner(deliveryFilter.shape.status),
  ExpectedValue: expectedValue,
  FixedValue: fieldMapping.options[1].shape.value,
  FieldMask: fieldMask,
  FieldProblem: fieldProblem,
  Grant: z.enum(auth.options[3].options.map(({ shape }) => shape.grant.value)),
  Header: header,
  ImportStep: importStep,
  InboxRequest: inboxRequest,
  InboxRule: inboxRule,
  InvitedUser: invitedUser,
  Issue: issue,
  IssueChange: issueNotice.shape.change,
  IssueCause: issueCause,
  IssueKind: issueKind,
  IssueProblem: issueProblem,
  IssueSample: issueSample,
  IssueValue: issueProblem.shape.values.valueType,
  IssueSeverity: issueSeverity,
  IssueState: issueState,
  ItemRule: itemRule,
  JudgedAnswer: judgedAnswer,
  LastAttempt: lastAttempt,
  LeftOut: leftOut.element,
  LeftOutReason: leftOutReason,
  MappedField: mappedField,
  Me: me,
  Method: method,
  CreatedToken: newToken,
  Operator: explainedComparison.shape.operator,
  Outcome: judgedAnswer.shape.outcome,
  OutcomeCheck: outcomeCheck,
  OutcomeRule: outcomeRule,
  Page: page,
  Parameter: listedParameter,
  ParameterPatch: body('changeParameter'),
  Percentiles: percentiles,
  Privacy: fieldPrivacy,
  Proxy: inner(shape.proxy),
  QuietHours: quietHours,
  Rate: rate,
  Reason: reason,
  RefreshRule: inner(oauth2.shape.refreshOn).element,
  RejectedRequest: rejectedRequest,
  RejectedRequestWithBody: rejectedRequestWithBody,
  RenderResult: renderResult,
  Replay: replay,
  ReplayInput: replayInput,
  ReplayPlan: replayPlan,
  ReplayFilter: inner(replay.shape.filter),
  ReplayState: replay.shape.state,
  RenderTime: inner(inner(body('renderTemplate').shape.meta).shape.time),
  ReplaySample: replaySample,
  ResponseStatus: responseStatus,
  RetryPolicy: retryPolicy,
  Right: right,
  RolePatch: rolePatch,
  Rollback: rollback,
  SampleEvent: sampleEvent,
  PreviewInput: previewInput,
  SampleInput: sampleInput,
  SealingState: output('getSealing'),
  Session: session,
  Settings: settings,
  ShownRequest: shownRequest,
  Signing: signing,
  WebhookIntake: webhookIntake,
  WebhookPlace: inner(webhookIntake.options[0].shape.visitor),
  DeliveryState: deliveryState,
  DeliveryStateCounts: stateCounts,
  Stats: stats,
  StatsCounts: statsCounts,
  StatsItem: statsItem,
  StatsKind: statsKind,
  StatsAskedRange: statsAskedRange,
  StatsRange: statsRange,
  StatsReason: statsReason,
  StatusPattern: statusPattern,
  Timings: timings,
  Tls: inner(shape.tls),
  TokenFields: tokenFields,
  TokenPatch: tokenPatch,
  Trace: trace,
  TraceAttach: trace.shape.attach,
  TransferKind: deletedDocument.shape.kind,
  TransferDocument: transferDocument,
  UserPatch: userPatch,
  WeekDay: inner(quietHours.shape.days).element,
};

/** Bodies and responses of single operations. */
const ofOperations = {
  ActionCheckInput: body('checkAction'),
  ActionDraftInput: body('checkUnsavedAction'),
  AlertTest: output('testAlert'),
  ConditionCheck: output('checkCondition'),
  ConditionCheckInput: body('checkCondition'),
  ConditionCountInput: body('countConditions'),
  DestinationCheckInput: body('checkDestination'),
  DestinationDraftInput: body('checkUnsavedDestination'),
  ErasureInput: body('eraseVisitor'),
  Export: output('exportConfiguration'),
  ImportInput: body('importConfiguration'),
  ImportProgress: output('importProgress'),
  ImportResult: output('importConfiguration'),
  InboxRuleInput: body('setInboxRule'),
  InvitationInput: body('acceptInvitation'),
  KeyRotationInput: body('rotateCollectorKey'),
  MePatch: body('changeMe'),
  MuteInput: body('muteIssue'),
  OutcomeCheckInput: body('checkOutcomes'),
  PasswordResetInput: body('completePasswordReset'),
  PasswordResetRequestInput: body('requestPasswordReset'),
  Preview: output('previewDestination'),
  Release: output('releaseConnection'),
  RenderInput: body('renderTemplate'),
  Rendered: output('renderTemplate'),
  ResolutionInput: body('resolveIssue'),
  RetryInput: body('retryDelivery'),
  SecretRotationInput: body('rotateSecrets'),
  SetupInput: body('setUp'),
  SetupState: output('getSetup'),
  SignInInput: body('signIn'),
  SignInMethods: output('getSignInMethods'),
  SignedIn: output('completeSingleSignOn'),
  SingleSignOn: output('beginSingleSignOn'),
  SingleSignOnInput: body('beginSingleSignOn'),
  SingleSignOnResponseInput: body('completeSingleSignOn'),
  TemplateCheck: output('checkTemplate'),
  TemplateCheckInput: body('checkTemplate'),
  TraceInput: body('startTrace'),
  TracedStory: output('getTrace'),
};

/** The names of schemas in the description. The others are named after their operation. */
export function schemaNames(): Map<z.core.$ZodType, string> {
  const names = new Map<z.core.$ZodType, string>();
  for (const name of resources) {
    names.set(body(`create${name}`), `${name}Input`);
    names.set(output(`get${name}`), name);
  }
  for (const [name, schema] of Object.entries({ ...named, ...ofOperations }))
    if (schema != null) names.set(schema, name);
  // It contains itself without its check.
  names.set(condition.out, 'Condition');
  return names;
}

type Inner<S> = S extends
  | z.ZodOptional<infer T>
  | z.ZodNullable<infer T>
  | z.ZodDefault<infer T>
  | z.ZodPrefault<infer T>
  ? Inner<T>
  : S;

/** A schema without what makes it optional or nullable. */
function inner<S extends z.core.$ZodType>(schema: S): Inner<S> {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return (isWrapper ? inner(schema.def.innerType) : schema) as Inner<S>; // the same steps as in the type
}
