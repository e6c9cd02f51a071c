"""Types of the API, made from its OpenAPI document by npm run clients."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: ErrorCode
    requestId: str
    errors: NotRequired[list[FieldError]]


class FieldError(TypedDict):
    pointer: str
    detail: str
    code: str
    line: NotRequired[int]
    column: NotRequired[int]


class ConnectionListUsageItem(TypedDict):
    id: str
    destinations: int
    enabledDestinations: int
    usedBy: UsedByActions | None


class ConnectionList(TypedDict):
    data: list[Connection]
    page: Page
    count: NotRequired[ListCount]
    usage: NotRequired[list[ConnectionListUsageItem]]


class Connection(TypedDict):
    type: Literal["webhook"]
    name: DocumentName
    description: str
    baseUrl: str
    port: int | None
    status: Literal["enabled", "disabled", "paused"]
    auth: Auth
    settings: ConnectionSettings
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]
    health: ConnectionHealth


class AuthNone(TypedDict):
    type: Literal["none"]


class AuthBasic(TypedDict):
    type: Literal["basic"]
    username: str
    password: Secret


# One of these forms: `ref`; `set`, [`updatedAt`], [`ref`].
class SecretMark(TypedDict):
    ref: NotRequired[str]
    set: NotRequired[bool]
    updatedAt: NotRequired[str]


class AuthBearer(TypedDict):
    type: Literal["bearer"]
    token: Secret


class AuthOAuth2TokenParams(TypedDict):
    grantType: str | None
    clientId: str | None
    username: str
    password: str


# One of these forms: `grant`: "client_credentials"; `grant`: "password", `username`, `password`; `grant`: "jwt", `jwt`, `assertion`; `grant`: "refresh_token", `refreshToken`.
class AuthOAuth2(TypedDict):
    type: Literal["oauth2"]
    clientId: str
    clientSecret: Secret
    accessTokenUrl: str
    scope: str
    clientAuth: ClientAuth
    clientAssertion: Assertion | None
    extraParams: ExtraFields
    extraHeaders: ExtraFields
    tokenBody: Literal["form", "json"]
    tokenParams: AuthOAuth2TokenParams
    tokenFields: TokenFields
    tokenHeader: dict[str, Any] | None
    refreshOn: list[RefreshRule]
    grant: Grant
    username: NotRequired[str]
    password: NotRequired[Secret]
    jwt: NotRequired[Secret]
    assertion: NotRequired[Assertion | None]
    refreshToken: NotRequired[Secret]


class Assertion(TypedDict):
    privateKey: Secret
    keyId: str | None
    algorithm: Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
    issuer: str | None
    subject: str | None
    audience: str | None
    lifetimeMs: int
    claims: dict[str, Any]


class TokenFields(TypedDict):
    accessToken: str
    expiresIn: str | None
    tokenType: str | None
    refreshToken: str | None


class RefreshRuleHeader(TypedDict):
    # Must not be a header that the transport sets, such as Host or Content-Length.
    name: str
    contains: str


class RefreshRule(TypedDict):
    status: int
    header: NotRequired[RefreshRuleHeader]
    bodyContains: NotRequired[str]


class ConnectionSettings(TypedDict):
    headers: list[Header]
    connectTimeoutMs: int
    timeoutMs: int
    retry: RetryPolicy
    rate: Rate
    breaker: Breaker
    idempotencyHeader: str | None
    heldMaxAgeMs: int | None
    tls: Tls
    proxy: Proxy | None
    signing: Signing


class Header(TypedDict):
    name: str
    value: Secret
    secret: bool


class RetryPolicy(TypedDict):
    scheduleMs: list[int]
    jitter: float


class Rate(TypedDict):
    limit: int | None
    perMs: int
    concurrency: int | None


class Breaker(TypedDict):
    failureRatio: float
    minimum: int
    windowMs: int
    openMs: int


class Tls(TypedDict):
    ca: str | None
    cert: str | None
    key: Secret
    minVersion: Literal["TLSv1.2", "TLSv1.3"]


class Proxy(TypedDict):
    url: str
    username: str | None
    password: Secret


class SigningStandardWebhooks(TypedDict):
    scheme: Literal["standard-webhooks"]
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None


class SigningHmac(TypedDict):
    scheme: Literal["hmac"]
    algorithm: Literal["sha256", "sha512", "sha1"]
    encoding: Literal["hex", "base64"]
    header: str
    format: str
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None


class ConnectionHealth(TypedDict):
    state: Literal["ok", "needs_attention", "tripped"]
    reason: Reason | None
    detail: str | None
    since: str | None
    nextProbeAt: str | None
    waitsUntil: str | None
    held: int
    requests: RequestLoad
    tokenExpiresAt: str | None
    certificateExpiresAt: str | None
    secretExpiresAt: str | None


class RequestLoad(TypedDict):
    inFlight: int
    limit: int | None
    responseMs: float | None
    limitedBy: Literal["rate", "concurrency", "receiver", None]


class Page(TypedDict):
    next: str | None
    prev: str | None


class ListCount(TypedDict):
    found: int
    all: int


class UsedByActions(TypedDict):
    count: int
    first: list[ActionRef]


class ActionRef(TypedDict):
    id: str
    name: str


class ConnectionInput(TypedDict):
    # Default: "webhook".
    type: NotRequired[Literal["webhook"]]
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    # An absolute http or https URL that may be called, without query, fragment and credentials.
    baseUrl: str
    # The port of the Base URL, which then has no other, and which no other protocol uses.
    port: NotRequired[int | None]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled", "paused"]]
    # Default: {"type":"none"}.
    auth: NotRequired[AuthInput]
    settings: NotRequired[ConnectionSettingsInput]


class AuthBasicInput(TypedDict):
    type: Literal["basic"]
    # A user name can't contain a colon (RFC 7617).
    username: str
    # Without control characters.
    password: NotRequired[Secret]


class AuthBearerInput(TypedDict):
    type: Literal["bearer"]
    # Visible ASCII without spaces, and without the word Bearer.
    token: NotRequired[Secret]


class AuthOAuth2InputTokenParams(TypedDict):
    # Default: "grant_type".
    grantType: NotRequired[str | None]
    # Default: "client_id".
    clientId: NotRequired[str | None]
    # Default: "username".
    username: NotRequired[str]
    # Default: "password".
    password: NotRequired[str]


# One of these forms: `grant`: "client_credentials"; `grant`: "password", `username`, [`password`]; `grant`: "jwt", [`jwt`], [`assertion`]; `grant`: "refresh_token", [`refreshToken`].
class AuthOAuth2Input(TypedDict):
    type: Literal["oauth2"]
    clientId: str
    clientSecret: NotRequired[Secret]
    # An absolute URL that starts with https:// and may be called.
    accessTokenUrl: str
    # Default: "".
    scope: NotRequired[str]
    # Default: "auto".
    clientAuth: NotRequired[ClientAuth]
    # Needed by `private_key_jwt`.
    clientAssertion: NotRequired[AssertionInput | None]
    # None that the grant or the client authentication sets. As text, 8,192 characters.
    extraParams: NotRequired[ExtraFields]
    # Headers that the transport does not set, each one line of visible ASCII with 8,192 characters.
    extraHeaders: NotRequired[ExtraFields]
    # Default: "form".
    tokenBody: NotRequired[Literal["form", "json"]]
    tokenParams: NotRequired[AuthOAuth2InputTokenParams]
    tokenFields: NotRequired[TokenFieldsInput]
    tokenHeader: NotRequired[dict[str, Any] | None]
    # Default: [{"status":401}].
    refreshOn: NotRequired[list[RefreshRule]]
    grant: Grant
    username: NotRequired[str]
    password: NotRequired[Secret]
    jwt: NotRequired[Secret]
    assertion: NotRequired[AssertionInput | None]
    refreshToken: NotRequired[Secret]


class AssertionInput(TypedDict):
    # An unencrypted private key in PEM or as a JWK, of the algorithm.
    privateKey: NotRequired[Secret]
    keyId: NotRequired[str | None]
    algorithm: Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
    issuer: NotRequired[str | None]
    subject: NotRequired[str | None]
    audience: NotRequired[str | None]
    # Default: 300000.
    lifetimeMs: NotRequired[int]
    claims: NotRequired[dict[str, Any]]


class TokenFieldsInput(TypedDict):
    # Default: "access_token".
    accessToken: NotRequired[str]
    # Default: "expires_in".
    expiresIn: NotRequired[str | None]
    # Default: "token_type".
    tokenType: NotRequired[str | None]
    # Default: "refresh_token".
    refreshToken: NotRequired[str | None]


class ConnectionSettingsInput(TypedDict):
    # Default: [].
    headers: NotRequired[list[HeaderInput]]
    # Default: 5000.
    connectTimeoutMs: NotRequired[int]
    # Default: 15000.
    timeoutMs: NotRequired[int]
    retry: NotRequired[RetryPolicyInput]
    rate: NotRequired[RateInput]
    breaker: NotRequired[BreakerInput]
    # Not the name of another header of the request. Default: "Idempotency-Key". Must not be a header that the transport sets, such as Host or Content-Length.
    idempotencyHeader: NotRequired[str | None]
    heldMaxAgeMs: NotRequired[int | None]
    tls: NotRequired[TlsInput]
    proxy: NotRequired[ProxyInput | None]
    signing: NotRequired[SigningInput]


# The value is one line of visible ASCII with at most 8,192 characters, a text when `secret` is false or left out.
class HeaderInput(TypedDict):
    # Must not be a header that the transport sets, such as Host or Content-Length.
    name: str
    value: NotRequired[Secret]
    secret: NotRequired[bool]


class RetryPolicyInput(TypedDict):
    # Default: [0,5000,60000,300000,1800000,7200000,18000000,36000000,36000000].
    scheduleMs: NotRequired[list[int]]
    # Default: 0.1.
    jitter: NotRequired[float]


class RateInput(TypedDict):
    limit: NotRequired[int | None]
    # Default: 1000.
    perMs: NotRequired[int]
    concurrency: NotRequired[int | None]


class BreakerInput(TypedDict):
    # Default: 0.7.
    failureRatio: NotRequired[float]
    # Default: 10.
    minimum: NotRequired[int]
    # Default: 300000.
    windowMs: NotRequired[int]
    # Default: 30000.
    openMs: NotRequired[int]


class TlsInput(TypedDict):
    # One or more certificates in PEM, without a private key.
    ca: NotRequired[str | None]
    # The certificate of the client and those of its issuers, in PEM. Needed by `key`.
    cert: NotRequired[str | None]
    # The private key of `cert` in PEM, without a passphrase.
    key: NotRequired[Secret]
    # Default: "TLSv1.2".
    minVersion: NotRequired[Literal["TLSv1.2", "TLSv1.3"]]


class ProxyInput(TypedDict):
    # `http://` or `https://` with host and port alone, which may be called.
    url: str
    # A user name can't contain a colon (RFC 7617).
    username: NotRequired[str | None]
    # Without control characters.
    password: NotRequired[Secret]


class SigningStandardWebhooksInput(TypedDict):
    scheme: Literal["standard-webhooks"]
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    secret: NotRequired[Secret]
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]


class SigningHmacInput(TypedDict):
    scheme: Literal["hmac"]
    algorithm: Literal["sha256", "sha512", "sha1"]
    encoding: Literal["hex", "base64"]
    # Must not be a header that the transport sets, such as Host or Content-Length. Not the name of another header of the request.
    header: str
    # Visible ASCII, apart from `{body}`.
    format: str
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    secret: NotRequired[Secret]
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]


# A JSON Merge Patch: the result has to be what PUT accepts.
class ConnectionPatch(TypedDict):
    type: NotRequired[Literal["webhook", None]]
    name: NotRequired[DocumentName]
    description: NotRequired[str | None]
    # An absolute http or https URL that may be called, without query, fragment and credentials.
    baseUrl: NotRequired[str]
    # The port of the Base URL, which then has no other, and which no other protocol uses.
    port: NotRequired[int | None]
    status: NotRequired[Literal["enabled", "disabled", "paused", None]]
    auth: NotRequired[AuthPatch | None]
    settings: NotRequired[ConnectionSettingsPatch | None]


class AuthPatch(TypedDict):
    type: NotRequired[Literal["none", "basic", "bearer", "oauth2"]]
    # A user name can't contain a colon (RFC 7617).
    username: NotRequired[str | None]
    # Without control characters.
    password: NotRequired[Secret]
    # Visible ASCII without spaces, and without the word Bearer.
    token: NotRequired[Secret]
    clientId: NotRequired[str | None]
    clientSecret: NotRequired[Secret]
    # An absolute URL that starts with https:// and may be called.
    accessTokenUrl: NotRequired[str | None]
    scope: NotRequired[str | None]
    clientAuth: NotRequired[ClientAuth | None]
    # Needed by `private_key_jwt`.
    clientAssertion: NotRequired[AssertionPatch | None]
    # None that the grant or the client authentication sets. As text, 8,192 characters.
    extraParams: NotRequired[ExtraFields | None]
    # Headers that the transport does not set, each one line of visible ASCII with 8,192 characters.
    extraHeaders: NotRequired[ExtraFields | None]
    tokenBody: NotRequired[Literal["form", "json", None]]
    tokenParams: NotRequired[dict[str, Any] | None]
    tokenFields: NotRequired[TokenFieldsPatch | None]
    tokenHeader: NotRequired[dict[str, Any] | None]
    refreshOn: NotRequired[list[RefreshRule] | None]
    grant: NotRequired[Grant | None]
    jwt: NotRequired[Secret]
    assertion: NotRequired[AssertionPatch | None]
    refreshToken: NotRequired[Secret]


class AssertionPatch(TypedDict):
    # An unencrypted private key in PEM or as a JWK, of the algorithm.
    privateKey: NotRequired[Secret]
    keyId: NotRequired[str | None]
    algorithm: NotRequired[Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]]
    issuer: NotRequired[str | None]
    subject: NotRequired[str | None]
    audience: NotRequired[str | None]
    lifetimeMs: NotRequired[int | None]
    claims: NotRequired[dict[str, Any] | None]


class TokenFieldsPatch(TypedDict):
    accessToken: NotRequired[str | None]
    expiresIn: NotRequired[str | None]
    tokenType: NotRequired[str | None]
    refreshToken: NotRequired[str | None]


class ConnectionSettingsPatch(TypedDict):
    headers: NotRequired[list[HeaderInput] | None]
    connectTimeoutMs: NotRequired[int | None]
    timeoutMs: NotRequired[int | None]
    retry: NotRequired[RetryPolicyPatch | None]
    rate: NotRequired[RatePatch | None]
    breaker: NotRequired[BreakerPatch | None]
    # Not the name of another header of the request. Must not be a header that the transport sets, such as Host or Content-Length.
    idempotencyHeader: NotRequired[str | None]
    heldMaxAgeMs: NotRequired[int | None]
    tls: NotRequired[TlsPatch | None]
    proxy: NotRequired[ProxyPatch | None]
    signing: NotRequired[SigningPatch | None]


class RetryPolicyPatch(TypedDict):
    scheduleMs: NotRequired[list[int] | None]
    jitter: NotRequired[float | None]


class RatePatch(TypedDict):
    limit: NotRequired[int | None]
    perMs: NotRequired[int | None]
    concurrency: NotRequired[int | None]


class BreakerPatch(TypedDict):
    failureRatio: NotRequired[float | None]
    minimum: NotRequired[int | None]
    windowMs: NotRequired[int | None]
    openMs: NotRequired[int | None]


class TlsPatch(TypedDict):
    # One or more certificates in PEM, without a private key.
    ca: NotRequired[str | None]
    # The certificate of the client and those of its issuers, in PEM. Needed by `key`.
    cert: NotRequired[str | None]
    # The private key of `cert` in PEM, without a passphrase.
    key: NotRequired[Secret]
    minVersion: NotRequired[Literal["TLSv1.2", "TLSv1.3", None]]


class ProxyPatch(TypedDict):
    # `http://` or `https://` with host and port alone, which may be called.
    url: NotRequired[str]
    # A user name can't contain a colon (RFC 7617).
    username: NotRequired[str | None]
    # Without control characters.
    password: NotRequired[Secret]


class SigningPatch(TypedDict):
    scheme: NotRequired[Literal["standard-webhooks", "hmac"]]
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    secret: NotRequired[Secret]
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    algorithm: NotRequired[Literal["sha256", "sha512", "sha1", None]]
    encoding: NotRequired[Literal["hex", "base64", None]]
    # Must not be a header that the transport sets, such as Host or Content-Length. Not the name of another header of the request.
    header: NotRequired[str | None]
    # Visible ASCII, apart from `{body}`.
    format: NotRequired[str | None]


class ConnectionApplyInput(TypedDict):
    # Default: "webhook".
    type: NotRequired[Literal["webhook"]]
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: "".
    description: NotRequired[str]
    # An absolute http or https URL that may be called, without query, fragment and credentials.
    baseUrl: str
    # The port of the Base URL, which then has no other, and which no other protocol uses.
    port: NotRequired[int | None]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled", "paused"]]
    # Default: {"type":"none"}.
    auth: NotRequired[AuthInput]
    settings: NotRequired[ConnectionSettingsInput]


class Rollback(TypedDict):
    version: int


class ConnectionTest(TypedDict):
    ok: bool
    steps: list[ConnectionTestStep]


class ConnectionTestStepError(TypedDict):
    kind: ErrorKind
    message: str


class ConnectionTestStep(TypedDict):
    name: Literal["url", "dns", "connect", "tls", "token_request", "token_answer", "probe"]
    ok: bool
    durationMs: float
    detail: str
    error: NotRequired[ConnectionTestStepError]


class FetchOpenapiInput(TypedDict):
    # Absolute. Refused when no OpenAPI document can be fetched there.
    url: str


class FetchOpenapiOutput(TypedDict):
    url: str
    text: str


class Release(TypedDict):
    released: int
    unknownOutcomes: int
    health: ConnectionHealth


class DestinationListUsageItem(TypedDict):
    id: str
    usedBy: UsedByActions | None


class DestinationList(TypedDict):
    data: list[Destination]
    page: Page
    count: NotRequired[ListCount]
    usage: NotRequired[list[DestinationListUsageItem]]


class Destination(TypedDict):
    connectionId: str
    name: DocumentName
    description: str
    method: Method
    contentType: str
    path: str
    template: str
    status: Literal["enabled", "disabled", "paused"]
    settings: DestinationSettings
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]
    health: DestinationHealth


class DestinationSettingsBodies(TypedDict):
    keepMs: int | None
    mask: list[str]


class DestinationSettings(TypedDict):
    escape: Escape
    headers: list[Header]
    batch: BatchLimits
    order: dict[str, Any] | None
    rate: Rate | None
    retry: RetryPolicy | None
    outcomes: list[OutcomeRule]
    onTimeout: Literal["retry", "hold"]
    getBody: bool
    bodies: DestinationSettingsBodies


class BatchLimits(TypedDict):
    records: int
    bytes: int
    waitMs: int
    key: str | None


class OutcomeRuleWhenHeader(TypedDict):
    name: str
    contains: str


class OutcomeRuleWhenJson(TypedDict):
    path: str
    equals: ExpectedValue


class OutcomeRuleWhen(TypedDict):
    status: NotRequired[ResponseStatus]
    header: NotRequired[OutcomeRuleWhenHeader]
    json: NotRequired[OutcomeRuleWhenJson]


class OutcomeRule(TypedDict):
    when: OutcomeRuleWhen
    outcome: Outcome
    afterMs: NotRequired[int]
    items: NotRequired[ItemRule]


class ItemRuleId(TypedDict):
    path: str
    field: str


class ItemRuleWhen(TypedDict):
    path: str
    exists: NotRequired[bool]
    status: NotRequired[StatusPattern]
    equals: NotRequired[ExpectedValue]


class ItemRule(TypedDict):
    path: str
    index: NotRequired[str]
    id: NotRequired[ItemRuleId]
    when: NotRequired[ItemRuleWhen]


class DestinationHealth(TypedDict):
    state: Literal["ok", "needs_attention", "tripped"]
    reason: Reason | None
    detail: str | None
    since: str | None
    nextProbeAt: str | None
    held: int
    requests: RequestLoad


class DestinationInput(TypedDict):
    # That of its connection: a destination can't move.
    connectionId: NotRequired[str]
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    # Default: "POST".
    method: NotRequired[Method]
    # Default: "application/json". Must be a media type such as application/json.
    contentType: NotRequired[str]
    # Default: "".
    path: NotRequired[str]
    # Default: "{{! return JSON.stringify(it.data[0]); }}".
    template: NotRequired[str]
    # Default: "disabled".
    status: NotRequired[Literal["enabled", "disabled", "paused"]]
    settings: NotRequired[DestinationSettingsInput]


class DestinationSettingsInputBodies(TypedDict):
    keepMs: NotRequired[int | None]
    # Default: [].
    mask: NotRequired[list[str]]


class DestinationSettingsInput(TypedDict):
    # Default: "auto".
    escape: NotRequired[Escape]
    # Default: [].
    headers: NotRequired[list[HeaderInput]]
    batch: NotRequired[BatchLimitsInput]
    order: NotRequired[dict[str, Any] | None]
    rate: NotRequired[RateInput | None]
    retry: NotRequired[RetryPolicyInput | None]
    # Default: [].
    outcomes: NotRequired[list[OutcomeRuleInput]]
    # Default: "retry".
    onTimeout: NotRequired[Literal["retry", "hold"]]
    # Default: false.
    getBody: NotRequired[bool]
    bodies: NotRequired[DestinationSettingsInputBodies]


class BatchLimitsInput(TypedDict):
    # Default: 1.
    records: NotRequired[int]
    # Default: 1048576.
    bytes: NotRequired[int]
    # Default: 1000.
    waitMs: NotRequired[int]
    key: NotRequired[str | None]


class OutcomeRuleInputWhenHeader(TypedDict):
    name: str
    contains: str


class OutcomeRuleInputWhenJson(TypedDict):
    path: str
    equals: ExpectedValue


class OutcomeRuleInputWhen(TypedDict):
    status: NotRequired[ResponseStatus]
    header: NotRequired[OutcomeRuleInputWhenHeader]
    json: NotRequired[OutcomeRuleInputWhenJson]


# `outcome`: A rule about single records can't refresh credentials or pause.
class OutcomeRuleInput(TypedDict):
    when: OutcomeRuleInputWhen
    outcome: Outcome
    afterMs: NotRequired[int]
    items: NotRequired[ItemRuleInput]


class ItemRuleInputId(TypedDict):
    path: str
    field: str


class ItemRuleInputWhen(TypedDict):
    # Default: "".
    path: NotRequired[str]
    exists: NotRequired[bool]
    status: NotRequired[StatusPattern]
    equals: NotRequired[ExpectedValue]


# Give index or id, not both.
class ItemRuleInput(TypedDict):
    # Default: "".
    path: NotRequired[str]
    index: NotRequired[str]
    id: NotRequired[ItemRuleInputId]
    when: NotRequired[ItemRuleInputWhen]


# A JSON Merge Patch: the result has to be what PUT accepts.
class DestinationPatch(TypedDict):
    # That of its connection: a destination can't move.
    connectionId: NotRequired[str | None]
    name: NotRequired[DocumentName]
    description: NotRequired[str | None]
    method: NotRequired[Method | None]
    # Must be a media type such as application/json.
    contentType: NotRequired[str | None]
    path: NotRequired[str | None]
    template: NotRequired[str | None]
    status: NotRequired[Literal["enabled", "disabled", "paused", None]]
    settings: NotRequired[DestinationSettingsPatch | None]


class DestinationSettingsPatch(TypedDict):
    escape: NotRequired[Escape | None]
    headers: NotRequired[list[HeaderInput] | None]
    batch: NotRequired[BatchLimitsPatch | None]
    order: NotRequired[dict[str, Any] | None]
    rate: NotRequired[RatePatch | None]
    retry: NotRequired[RetryPolicyPatch | None]
    outcomes: NotRequired[list[OutcomeRuleInput] | None]
    onTimeout: NotRequired[Literal["retry", "hold", None]]
    getBody: NotRequired[bool | None]
    bodies: NotRequired[dict[str, Any] | None]


class BatchLimitsPatch(TypedDict):
    records: NotRequired[int | None]
    bytes: NotRequired[int | None]
    waitMs: NotRequired[int | None]
    key: NotRequired[str | None]


class DestinationApplyInput(TypedDict):
    # That of its connection: a destination can't move.
    connectionId: NotRequired[str]
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: "".
    description: NotRequired[str]
    # Default: "POST".
    method: NotRequired[Method]
    # Default: "application/json". Must be a media type such as application/json.
    contentType: NotRequired[str]
    # Default: "".
    path: NotRequired[str]
    # Default: "{{! return JSON.stringify(it.data[0]); }}".
    template: NotRequired[str]
    # Default: "disabled".
    status: NotRequired[Literal["enabled", "disabled", "paused"]]
    settings: NotRequired[DestinationSettingsInput]
    # The name of the connection.
    connection: NotRequired[str]


# Give `eventId`, `event` or `data`. The records of `batchEventIds` follow that of `eventId`, as in a batch.
class PreviewInput(TypedDict):
    eventId: NotRequired[str]
    event: NotRequired[SampleEvent]
    data: NotRequired[list[dict[str, Any]]]
    actionId: NotRequired[str]
    # Members of a destination that differ, as in its PATCH.
    draft: NotRequired[dict[str, Any]]
    batchEventIds: NotRequired[list[str]]


class SampleEvent(TypedDict):
    name: NotRequired[str | None]
    visitorId: NotRequired[str | None]
    occurredAt: NotRequired[str]
    data: dict[str, Any]
    ext: NotRequired[dict[str, Any]]
    session: NotRequired[dict[str, Any]]


class Preview(TypedDict):
    request: ShownRequest | None
    result: RenderResult
    warnings: list[str]


class ShownRequest(TypedDict):
    method: str
    url: str
    headers: list[list[str]]
    body: str | None


class RenderResultBody(TypedDict):
    kind: Literal["body"]
    body: str
    contentType: str


class RenderResultSkipped(TypedDict):
    kind: Literal["skipped"]
    reason: str


class RenderResultFailed(TypedDict):
    kind: Literal["failed"]
    reason: str
    line: NotRequired[int]
    column: NotRequired[int]


class DestinationCheckInput(TypedDict):
    # Members of the document that differ, as in its PATCH.
    draft: NotRequired[dict[str, Any]]
    actionId: NotRequired[str]
    # Default: 100.
    last: NotRequired[int]


class DestinationCheckRowsItem(TypedDict):
    event: EventRef
    actionId: str | None
    outcome: Literal["ok", "threw", "skipped"]
    changed: bool
    before: str | None
    after: str | None
    reason: str | None
    line: NotRequired[int]
    column: NotRequired[int]


class DestinationCheck(TypedDict):
    checked: int
    ok: int
    threw: int
    skipped: int
    changed: int
    rows: list[DestinationCheckRowsItem]


class EventRef(TypedDict):
    id: str
    name: str | None
    receivedAt: str


class DestinationDraftInput(TypedDict):
    # Members of the document that differ, as in its PATCH.
    draft: dict[str, Any]
    actionId: NotRequired[str]
    # Default: 100.
    last: NotRequired[int]


class OutcomeCheckInput(TypedDict):
    draft: NotRequired[dict[str, Any]]
    # Default: 50.
    last: NotRequired[int]


class OutcomeCheckRowsItem(TypedDict):
    deliveryId: str
    attemptId: str
    startedAt: str
    status: int
    before: JudgedAnswer
    after: JudgedAnswer
    changed: bool


class OutcomeCheck(TypedDict):
    checked: int
    changed: int
    rows: list[OutcomeCheckRowsItem]


class JudgedAnswer(TypedDict):
    outcome: Outcome
    rule: int | None
    afterMs: float | None
    detail: str | None


# Give `eventId`, `event` or `data`.
class SampleInput(TypedDict):
    eventId: NotRequired[str]
    event: NotRequired[SampleEvent]
    data: NotRequired[list[dict[str, Any]]]
    actionId: NotRequired[str]
    # Members of a destination that differ, as in its PATCH.
    draft: NotRequired[dict[str, Any]]


class Delivery(TypedDict):
    id: str
    eventId: str | None
    actionId: str | None
    destinationId: str
    connectionId: str
    status: DeliveryStatus
    reason: Reason | None
    detail: str | None
    errorKind: ErrorKind | None
    attempts: int
    nextAttemptAt: str | None
    createdAt: str
    finishedAt: str | None
    test: bool
    replayId: str | None
    replayOf: str | None
    replayedBy: dict[str, Any] | None
    attemptLog: NotRequired[list[Attempt]]
    event: NotRequired[dict[str, Any] | None]
    visitorId: NotRequired[str | None]
    lastAttempt: NotRequired[dict[str, Any] | None]


class AttemptVersions(TypedDict):
    action: int | None
    destination: int
    connection: int


class Attempt(TypedDict):
    id: str
    number: int
    counted: bool
    batchId: str | None
    records: int
    startedAt: str
    durationMs: float
    timings: Timings
    request: dict[str, Any] | None
    response: dict[str, Any] | None
    error: dict[str, Any] | None
    outcome: AttemptOutcome
    versions: AttemptVersions


class Timings(TypedDict):
    queueMs: float | None
    tokenMs: float | None
    dnsMs: float | None
    connectMs: float | None
    tlsMs: float | None
    firstByteMs: float | None
    totalMs: float


class TemplateCheckInput(TypedDict):
    template: str
    # Default: "application/json". Must be a media type such as application/json.
    contentType: NotRequired[str]


class TemplateCheckProblemsItem(TypedDict):
    line: int
    column: int
    message: str
    severity: Literal["error", "warning"]


class TemplateCheck(TypedDict):
    ok: bool
    problems: list[TemplateCheckProblemsItem]


class RenderInputMeta(TypedDict):
    deliveryId: NotRequired[str]
    time: NotRequired[RenderTimeInput]


class RenderInput(TypedDict):
    template: str
    # Default: "application/json". Must be a media type such as application/json.
    contentType: NotRequired[str]
    # Default: "auto".
    escape: NotRequired[Escape]
    data: list[dict[str, Any]]
    events: NotRequired[list[dict[str, Any]]]
    meta: NotRequired[RenderInputMeta]


class Rendered(TypedDict):
    result: RenderResult
    durationMs: float


class ActionList(TypedDict):
    data: list[Action]
    page: Page
    count: NotRequired[ListCount]


class Action(TypedDict):
    name: DocumentName
    description: str
    status: Literal["enabled", "disabled"]
    rules: Condition
    sources: list[Any]
    destinations: list[ActionDestination]
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]


# One of these forms: `all`; `any`; `not`; `behavior`; `parameter`, `operator`, [`ignoreCase`]; `parameter`, `operator`, `value`, [`ignoreCase`]; `parameter`, `operator`: "between", `value`, [`ignoreCase`]. `value`: A wildcard pattern may have 256 characters.
Condition = TypedDict(
    "Condition",
    {
        "all": "NotRequired[list[Condition]]",
        "any": "NotRequired[list[Condition]]",
        "not": "NotRequired[Condition]",
        "behavior": "NotRequired[str]",
        "parameter": "NotRequired[str]",
        "operator": "NotRequired[Operator]",
        "ignoreCase": "NotRequired[bool]",
        # One of: a text, a list.
        "value": "NotRequired[Any]",
    },
)


class ActionDestination(TypedDict):
    destinationId: str
    mapping: list[FieldMapping]


# One of these forms: `parameter`, [`as`]; `value`, [`as`]; `expression`.
FieldMapping = TypedDict(
    "FieldMapping",
    {
        "field": "str",
        "parameter": "NotRequired[str]",
        "as": "NotRequired[Literal[\"text\", \"number\", \"boolean\", \"list\", \"json\"]]",
        "value": "NotRequired[FixedValue]",
        "expression": "NotRequired[str]",
    },
)


class ActionInput(TypedDict):
    name: DocumentName
    description: str
    # Default: "disabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    # Default: {"all":[]}.
    rules: NotRequired[Condition]
    # Default: [].
    sources: NotRequired[list[Any]]
    # A destination may be chosen only once. Default: [].
    destinations: NotRequired[list[ActionDestinationInput]]


class ActionDestinationInput(TypedDict):
    destinationId: str
    # A field may be mapped only once. Default: [].
    mapping: NotRequired[list[FieldMapping]]


# A JSON Merge Patch: the result has to be what PUT accepts.
class ActionPatch(TypedDict):
    name: NotRequired[DocumentName]
    description: NotRequired[str]
    status: NotRequired[Literal["enabled", "disabled", None]]
    rules: NotRequired[Condition | None]
    sources: NotRequired[list[Any] | None]
    # A destination may be chosen only once.
    destinations: NotRequired[list[ActionDestinationInput] | None]


# Give `destinationId` or `destination`.
class ActionApplyInputDestinationsItem(TypedDict):
    destinationId: NotRequired[str]
    # A field may be mapped only once. Default: [].
    mapping: NotRequired[list[FieldMapping]]
    # `Connection/Destination`, instead of the id.
    destination: NotRequired[str]


class ActionApplyInput(TypedDict):
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    description: str
    # Default: "disabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    # Default: {"all":[]}.
    rules: NotRequired[Condition]
    # Default: [].
    sources: NotRequired[list[Any]]
    # Default: [].
    destinations: NotRequired[list[ActionApplyInputDestinationsItem]]


class ActionCheckInput(TypedDict):
    # Members of the document that differ, as in its PATCH.
    draft: NotRequired[dict[str, Any]]
    # Default: 100.
    last: NotRequired[int]


class ActionCheckBodiesChangedItem(TypedDict):
    event: EventRef
    destinationId: str
    before: str | None
    after: str | None


class ActionCheckThrewItem(TypedDict):
    event: EventRef
    destinationId: str
    reason: str
    line: NotRequired[int]
    column: NotRequired[int]


class ActionCheckSkippedItem(TypedDict):
    event: EventRef
    destinationId: str
    reason: str


class ActionCheckCounts(TypedDict):
    newlyMatched: int
    noLonger: int
    bodiesChanged: int
    threw: int
    skipped: int
    sent: int


class ActionCheck(TypedDict):
    looked: int
    checked: int
    matched: int
    newlyMatched: list[EventRef]
    noLonger: list[EventRef]
    bodiesChanged: list[ActionCheckBodiesChangedItem]
    threw: list[ActionCheckThrewItem]
    skipped: list[ActionCheckSkippedItem]
    counts: ActionCheckCounts


class ActionDraftInput(TypedDict):
    # Members of the document that differ, as in its PATCH.
    draft: dict[str, Any]
    # Default: 100.
    last: NotRequired[int]


class BehaviorList(TypedDict):
    data: list[Behavior]
    page: Page
    count: NotRequired[ListCount]


class Behavior(TypedDict):
    name: DocumentName
    description: str
    category: str
    condition: Condition
    attributes: list[str]
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    standard: bool
    usedBy: int


class BehaviorInput(TypedDict):
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    # Default: "Custom".
    category: NotRequired[str]
    condition: Condition
    # Default: [].
    attributes: NotRequired[list[str]]


# A JSON Merge Patch: the result has to be what PUT accepts.
class BehaviorPatch(TypedDict):
    name: NotRequired[DocumentName]
    description: NotRequired[str | None]
    category: NotRequired[str | None]
    condition: NotRequired[Condition]
    attributes: NotRequired[list[str] | None]


class BehaviorApplyInput(TypedDict):
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: "".
    description: NotRequired[str]
    # Default: "Custom".
    category: NotRequired[str]
    condition: Condition
    # Default: [].
    attributes: NotRequired[list[str]]


class ConditionCountInput(TypedDict):
    conditions: list[Condition]
    # Default: 1000.
    last: NotRequired[int]


class ConditionCount(TypedDict):
    checked: int
    counts: list[int]
    matching: list[EventRef]
    other: list[EventRef]


class ConditionCheckInput(TypedDict):
    condition: Condition
    eventId: NotRequired[str]
    event: NotRequired[SampleEvent]


class ConditionCheck(TypedDict):
    matched: bool
    explanation: ExplainedCondition


# One of these forms: `conditions`; `kind`: "not", `condition`; `kind`: "behavior", `id`, `name`, `condition`; `kind`: "comparison", `parameter`, `operator`, `value`, `ignoreCase`, `isMissing`, `actual`, `isCut`.
class ExplainedCondition(TypedDict):
    kind: Literal["all", "any", "not", "behavior", "comparison"]
    pointer: str
    result: bool
    conditions: NotRequired[list[ExplainedCondition]]
    condition: NotRequired[ExplainedCondition]
    id: NotRequired[str]
    name: NotRequired[str]
    parameter: NotRequired[str]
    operator: NotRequired[Operator]
    # One of: a text, a list.
    value: NotRequired[Any]
    ignoreCase: NotRequired[bool]
    isMissing: NotRequired[bool]
    actual: NotRequired[Any]
    isCut: NotRequired[bool]


class CollectorList(TypedDict):
    data: list[Collector]
    page: Page
    count: NotRequired[ListCount]


class CollectorEnrichment(TypedDict):
    device: bool
    campaign: bool
    location: bool


class Collector(TypedDict):
    name: DocumentName
    formats: list[Literal["infinity", "segment", "rudderstack", "jitsu", "cloudevents", "snowplow", "posthog", "tag", "webhooks"]]
    webhooks: WebhookIntake
    allowedOrigins: list[str]
    rate: CollectorRate | None
    privacy: Privacy
    enrichment: CollectorEnrichment
    status: Literal["enabled", "disabled"]
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]
    key: str
    previousKey: str | None
    previousUntil: str | None
    previousUsedAt: str | None


class WebhookIntakeNone(TypedDict):
    scheme: Literal["none"]
    name: WebhookPlace | None
    visitor: WebhookPlace | None
    time: WebhookPlace | None
    id: WebhookPlace | None


class WebhookIntakeStandardWebhooks(TypedDict):
    scheme: Literal["standard-webhooks"]
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None
    name: WebhookPlace | None
    visitor: WebhookPlace | None
    time: WebhookPlace | None
    id: WebhookPlace | None


class WebhookIntakeStripe(TypedDict):
    scheme: Literal["stripe"]
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None
    name: WebhookPlace | None
    visitor: WebhookPlace | None
    time: WebhookPlace | None
    id: WebhookPlace | None


class WebhookIntakeGithub(TypedDict):
    scheme: Literal["github"]
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None
    name: WebhookPlace | None
    visitor: WebhookPlace | None
    time: WebhookPlace | None
    id: WebhookPlace | None


class WebhookIntakeShopify(TypedDict):
    scheme: Literal["shopify"]
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None
    name: WebhookPlace | None
    visitor: WebhookPlace | None
    time: WebhookPlace | None
    id: WebhookPlace | None


# `timeHeader`: A time is checked when it is signed: it needs its header, and {timestamp} in what is signed. `timeHeader` exactly when `signed` has `{timestamp}`.
class WebhookIntakeHmac(TypedDict):
    scheme: Literal["hmac"]
    header: str
    algorithm: Literal["sha256", "sha512", "sha1"]
    encoding: Literal["hex", "base64"]
    prefix: str
    signed: str
    timeHeader: str | None
    toleranceMs: int
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None
    name: WebhookPlace | None
    visitor: WebhookPlace | None
    time: WebhookPlace | None
    id: WebhookPlace | None


class CollectorRate(TypedDict):
    limit: int
    perMs: int


class Privacy(TypedDict):
    drop: list[str]
    mask: list[FieldMask]
    maskIp: bool


class FieldMaskHash(TypedDict):
    field: str
    by: Literal["hash"]


class FieldMaskLast(TypedDict):
    field: str
    by: Literal["last"]
    characters: int


class FieldMaskReplace(TypedDict):
    field: str
    by: Literal["replace"]
    text: str


class CollectorInputEnrichment(TypedDict):
    # Default: false.
    device: NotRequired[bool]
    # Default: false.
    campaign: NotRequired[bool]
    # Default: false.
    location: NotRequired[bool]


class CollectorInput(TypedDict):
    name: DocumentName
    # Default: ["infinity","segment","rudderstack","jitsu","cloudevents","snowplow","posthog","tag"].
    formats: NotRequired[list[Literal["infinity", "segment", "rudderstack", "jitsu", "cloudevents", "snowplow", "posthog", "tag", "webhooks"]]]
    webhooks: NotRequired[WebhookIntakeInput]
    # Default: ["*"].
    allowedOrigins: NotRequired[list[str]]
    rate: NotRequired[CollectorRateInput | None]
    privacy: NotRequired[PrivacyInput]
    enrichment: NotRequired[CollectorInputEnrichment]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]


class WebhookIntakeNoneInput(TypedDict):
    scheme: Literal["none"]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]


class WebhookIntakeStandardWebhooksInput(TypedDict):
    scheme: Literal["standard-webhooks"]
    # In base64, with or without `whsec_` before it.
    secret: NotRequired[Secret]
    # In base64, with or without `whsec_` before it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]


class WebhookIntakeStripeInput(TypedDict):
    scheme: Literal["stripe"]
    # As the provider shows it.
    secret: NotRequired[Secret]
    # As the provider shows it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]


class WebhookIntakeGithubInput(TypedDict):
    scheme: Literal["github"]
    # As the provider shows it.
    secret: NotRequired[Secret]
    # As the provider shows it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]


class WebhookIntakeShopifyInput(TypedDict):
    scheme: Literal["shopify"]
    # As the provider shows it.
    secret: NotRequired[Secret]
    # As the provider shows it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]


# `timeHeader`: A time is checked when it is signed: it needs its header, and {timestamp} in what is signed. `timeHeader` exactly when `signed` has `{timestamp}`.
class WebhookIntakeHmacInput(TypedDict):
    scheme: Literal["hmac"]
    header: str
    # Default: "sha256".
    algorithm: NotRequired[Literal["sha256", "sha512", "sha1"]]
    # Default: "hex".
    encoding: NotRequired[Literal["hex", "base64"]]
    # Default: "".
    prefix: NotRequired[str]
    # Default: "{body}". Must have {body} once.
    signed: NotRequired[str]
    timeHeader: NotRequired[str | None]
    # Default: 300000.
    toleranceMs: NotRequired[int]
    # As the provider shows it.
    secret: NotRequired[Secret]
    # As the provider shows it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]


class CollectorRateInput(TypedDict):
    limit: int
    # Default: 1000.
    perMs: NotRequired[int]


class PrivacyInput(TypedDict):
    # Default: [].
    drop: NotRequired[list[str]]
    # Default: [].
    mask: NotRequired[list[FieldMaskInput]]
    # Default: false.
    maskIp: NotRequired[bool]


class FieldMaskLastInput(TypedDict):
    field: str
    by: Literal["last"]
    # Default: 4.
    characters: NotRequired[int]


class FieldMaskReplaceInput(TypedDict):
    field: str
    by: Literal["replace"]
    # Default: "[masked]".
    text: NotRequired[str]


# A JSON Merge Patch: the result has to be what PUT accepts.
class CollectorPatch(TypedDict):
    name: NotRequired[DocumentName]
    formats: NotRequired[list[Literal["infinity", "segment", "rudderstack", "jitsu", "cloudevents", "snowplow", "posthog", "tag", "webhooks"]] | None]
    webhooks: NotRequired[WebhookIntakePatch | None]
    allowedOrigins: NotRequired[list[str] | None]
    rate: NotRequired[CollectorRatePatch | None]
    privacy: NotRequired[PrivacyPatch | None]
    enrichment: NotRequired[dict[str, Any] | None]
    status: NotRequired[Literal["enabled", "disabled", None]]


class WebhookIntakePatch(TypedDict):
    scheme: NotRequired[Literal["none", "standard-webhooks", "stripe", "github", "shopify", "hmac"]]
    name: NotRequired[WebhookPlace | None]
    visitor: NotRequired[WebhookPlace | None]
    time: NotRequired[WebhookPlace | None]
    id: NotRequired[WebhookPlace | None]
    # In base64, with or without `whsec_` before it.
    secret: NotRequired[Secret]
    # In base64, with or without `whsec_` before it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]
    header: NotRequired[str | None]
    algorithm: NotRequired[Literal["sha256", "sha512", "sha1", None]]
    encoding: NotRequired[Literal["hex", "base64", None]]
    prefix: NotRequired[str | None]
    # Must have {body} once.
    signed: NotRequired[str | None]
    timeHeader: NotRequired[str | None]
    toleranceMs: NotRequired[int | None]


class CollectorRatePatch(TypedDict):
    limit: NotRequired[int]
    perMs: NotRequired[int | None]


class PrivacyPatch(TypedDict):
    drop: NotRequired[list[str] | None]
    mask: NotRequired[list[FieldMaskInput] | None]
    maskIp: NotRequired[bool | None]


class CollectorApplyInputEnrichment(TypedDict):
    # Default: false.
    device: NotRequired[bool]
    # Default: false.
    campaign: NotRequired[bool]
    # Default: false.
    location: NotRequired[bool]


class CollectorApplyInput(TypedDict):
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: ["infinity","segment","rudderstack","jitsu","cloudevents","snowplow","posthog","tag"].
    formats: NotRequired[list[Literal["infinity", "segment", "rudderstack", "jitsu", "cloudevents", "snowplow", "posthog", "tag", "webhooks"]]]
    webhooks: NotRequired[WebhookIntakeInput]
    # Default: ["*"].
    allowedOrigins: NotRequired[list[str]]
    rate: NotRequired[CollectorRateInput | None]
    privacy: NotRequired[PrivacyInput]
    enrichment: NotRequired[CollectorApplyInputEnrichment]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]


class KeyRotationInput(TypedDict):
    # In the future.
    previousUntil: NotRequired[str | None]


class RejectedRequestList(TypedDict):
    data: list[RejectedRequest]
    page: Page


class RejectedRequest(TypedDict):
    id: str
    at: str
    key: str
    collectorId: str | None
    method: str
    path: str
    status: int
    code: str
    detail: str
    bytes: int
    origin: str | None
    address: str
    hasBody: bool


class RejectedRequestWithBody(TypedDict):
    id: str
    at: str
    key: str
    collectorId: str | None
    method: str
    path: str
    status: int
    code: str
    detail: str
    bytes: int
    origin: str | None
    address: str
    body: str | None


class ParameterList(TypedDict):
    data: list[Parameter]
    page: Page


class Parameter(TypedDict):
    name: str
    description: str
    type: Literal["text", "number", "boolean", "time", "list", "object"]
    share: float
    firstSeenAt: str | None
    lastSeenAt: str | None
    examples: list[str]
    offered: bool
    known: bool
    usedBy: int


class ParameterPatch(TypedDict):
    description: NotRequired[str]
    offered: NotRequired[bool]


class EventList(TypedDict):
    data: list[Event]
    page: Page


class EventSource(TypedDict):
    collectorId: str
    format: str


class Event(TypedDict):
    id: str
    name: str | None
    visitorId: str | None
    anonymousId: str | None
    sessionId: str | None
    occurredAt: str
    receivedAt: str
    data: dict[str, DataValue]
    ext: dict[str, Any]
    session: dict[str, Any]
    source: EventSource


class EventRefList(TypedDict):
    data: list[EventRef]


class EventOutcomeList(TypedDict):
    data: list[EventOutcome]


class EventOutcomeDeliveriesItem(TypedDict):
    id: str
    actionId: str | None
    status: DeliveryStatus


class EventOutcome(TypedDict):
    eventId: str
    deliveries: list[EventOutcomeDeliveriesItem]


class ExplanationActionsItemDestinationsItem(TypedDict):
    destinationId: str
    mapping: list[MappedField]


class ExplanationActionsItem(TypedDict):
    actionId: str
    name: str
    status: Literal["enabled", "disabled"]
    matched: bool
    decidedBy: str | None
    explanation: ExplainedCondition
    destinations: list[ExplanationActionsItemDestinationsItem]
    deliveries: list[Delivery]
    error: str | None
    isShortened: bool


class Explanation(TypedDict):
    event: Event
    actions: list[ExplanationActionsItem]
    leftOut: int


MappedField = TypedDict(
    "MappedField",
    {
        "field": "str",
        "from": "Literal[\"parameter\", \"value\", \"expression\"]",
        "source": "str | None",
        "found": "bool | None",
        "value": "Any",
        "isCut": "bool",
        "problem": "str | None",
    },
)


class TraceList(TypedDict):
    data: list[Trace]
    page: Page


class Trace(TypedDict):
    id: str
    name: str | None
    startedAt: str
    expiresAt: str
    endedAt: str | None
    state: Literal["running", "ended"]
    attach: TraceAttach


class TraceAttach(TypedDict):
    parameter: str
    header: str
    script: str


class TraceInput(TypedDict):
    name: NotRequired[DocumentName]


class TracedStoryEventsItemActionsItem(TypedDict):
    actionId: str
    name: str
    matched: bool
    decidedBy: str | None


class TracedStoryEventsItem(TypedDict):
    event: EventRef
    actions: list[TracedStoryEventsItemActionsItem]
    notMatching: int
    deliveries: list[Delivery]


class TracedStory(TypedDict):
    id: str
    name: str | None
    startedAt: str
    expiresAt: str
    endedAt: str | None
    state: Literal["running", "ended"]
    attach: TraceAttach
    events: list[TracedStoryEventsItem]


class DeliveryListSearched(TypedDict):
    deliveries: int
    bytes: int
    until: str | None


class DeliveryList(TypedDict):
    data: list[Delivery]
    page: Page
    searched: NotRequired[DeliveryListSearched]


class DeliveryHistogramBucketsItem(TypedDict):
    at: str
    counts: DeliveryCounts


class DeliveryHistogram(TypedDict):
    bucketMs: int
    buckets: list[DeliveryHistogramBucketsItem]
    totals: DeliveryCounts
    countedFrom: str | None
    unresolved: NotRequired[int]


class DeliveryCounts(TypedDict):
    pending: int
    sending: int
    retrying: int
    held: int
    delivered: int
    failed: int
    skipped: int
    cancelled: int


class LastAttemptList(TypedDict):
    data: list[LastAttempt]


class LastAttempt(TypedDict):
    deliveryId: str
    last: AttemptResult | None


class AttemptResult(TypedDict):
    startedAt: str
    durationMs: float
    outcome: AttemptOutcome
    status: int | None
    errorKind: ErrorKind | None


class RetryInput(TypedDict):
    # Default: false.
    render: NotRequired[bool]


class IssueList(TypedDict):
    data: list[Issue]
    page: Page


class Issue(TypedDict):
    id: str
    kind: IssueKind
    title: str
    state: IssueState
    severity: IssueSeverity
    connectionId: str | None
    destinationId: str | None
    actionId: str | None
    errorKind: ErrorKind | None
    firstSeenAt: str
    lastSeenAt: str
    openedAt: str
    count: int
    series: list[int]
    actionIds: list[str]
    otherActions: int
    held: int
    detail: str
    likelyFix: str
    cause: IssueProblem | None
    sample: NotRequired[IssueSample | None]
    samples: list[str]
    changes: list[IssueCause]
    acknowledgedAt: str | None
    acknowledgedBy: str | None
    mutedUntil: str | None
    mutedBy: str | None
    resolvedAt: str | None
    resolvedBy: str | None
    resolution: str | None


class IssueProblem(TypedDict):
    code: Literal["deliveries_failing", "other_failures", "template_failing", "breaker_open", "credentials_rejected", "credentials_missing", "destination_paused", "token_expiring", "certificate_expiring", "backlog", "asked_pause", "no_events", "action_silent", "held_expired", "used_ids", "rule_error", "lost_writes", "disk_filling", "storage_limit"]
    values: dict[str, IssueValue]


class IssueSample(TypedDict):
    deliveryId: str
    eventId: str | None
    actionId: str | None
    at: str
    status: int | None
    errorKind: ErrorKind | None
    response: str | None


class IssueCause(TypedDict):
    at: str
    act: AuditAct
    kind: AuditKind
    id: str
    name: str | None
    by: str
    pointers: list[str]


class ResolutionInput(TypedDict):
    note: NotRequired[str | None]


class MuteInput(TypedDict):
    # In the future.
    until: str | None


class ReplayList(TypedDict):
    data: list[Replay]
    page: Page


class ReplayProgress(TypedDict):
    total: int
    done: int
    failed: int
    skipped: int
    held: int
    retrying: int
    waiting: int
    cancelled: int
    leftOut: list[LeftOut]


class Replay(TypedDict):
    id: str
    name: str
    reason: str
    state: ReplayState
    of: Literal["deliveries", "events"]
    filter: ReplayFilter | None
    ids: list[str] | None
    only: Literal["failed", "undelivered", "all"]
    to: dict[str, Any] | None
    body: Literal["original", "current"]
    keepIdempotencyKey: bool
    ratePerSecond: float | None
    order: Literal["oldest", "newest"]
    progress: ReplayProgress
    startedBy: str
    createdAt: str
    finishedAt: str | None


# One of these forms: [`status`], [`reason`], [`errorKind`], [`destinationId`], [`connectionId`], [`actionId`], [`replayId`], [`createdAfter`], [`createdBefore`]; [`name`], [`visitorId`], [`collectorId`], [`receivedAfter`], [`receivedBefore`].
class ReplayFilter(TypedDict):
    status: NotRequired[FinishedStatus]
    reason: NotRequired[Reason]
    errorKind: NotRequired[ErrorKind]
    destinationId: NotRequired[str]
    connectionId: NotRequired[str]
    actionId: NotRequired[str]
    replayId: NotRequired[str]
    createdAfter: NotRequired[str]
    createdBefore: NotRequired[str]
    name: NotRequired[str]
    visitorId: NotRequired[str]
    collectorId: NotRequired[str]
    receivedAfter: NotRequired[str]
    receivedBefore: NotRequired[str]


class LeftOut(TypedDict):
    reason: LeftOutReason
    count: int


class ReplayDeliveriesInput(TypedDict):
    of: Literal["deliveries"]
    filter: NotRequired[DeliveryFilter]
    ids: NotRequired[list[str]]
    # Default: "undelivered".
    only: NotRequired[Literal["failed", "undelivered", "all"]]
    to: NotRequired[dict[str, Any] | None]
    # Default: "original".
    body: NotRequired[Literal["original", "current"]]
    # Default: true.
    keepIdempotencyKey: NotRequired[bool]
    name: NotRequired[DocumentName]
    # Default: "".
    reason: NotRequired[str]
    ratePerSecond: NotRequired[float | None]
    # Default: "oldest".
    order: NotRequired[Literal["oldest", "newest"]]
    # Default: false.
    plan: NotRequired[bool]


class DeliveryFilter(TypedDict):
    status: NotRequired[FinishedStatus]
    reason: NotRequired[Reason]
    errorKind: NotRequired[ErrorKind]
    destinationId: NotRequired[str]
    connectionId: NotRequired[str]
    actionId: NotRequired[str]
    replayId: NotRequired[str]
    createdAfter: NotRequired[str]
    createdBefore: NotRequired[str]


class ReplayEventsInput(TypedDict):
    of: Literal["events"]
    filter: NotRequired[EventFilter]
    ids: NotRequired[list[str]]
    # Default: "undelivered".
    only: NotRequired[Literal["undelivered", "all"]]
    to: NotRequired[dict[str, Any] | None]
    name: NotRequired[DocumentName]
    # Default: "".
    reason: NotRequired[str]
    ratePerSecond: NotRequired[float | None]
    # Default: "oldest".
    order: NotRequired[Literal["oldest", "newest"]]
    # Default: false.
    plan: NotRequired[bool]


class EventFilter(TypedDict):
    name: NotRequired[str]
    visitorId: NotRequired[str]
    collectorId: NotRequired[str]
    receivedAfter: NotRequired[str]
    receivedBefore: NotRequired[str]


class ReplayPlanDestinationsItem(TypedDict):
    destinationId: str
    count: int


class ReplayPlan(TypedDict):
    looked: int
    deliveries: int
    complete: bool
    leftOut: list[LeftOut]
    duplicates: int
    rejected: int
    changed: int
    destinations: list[ReplayPlanDestinationsItem]
    durationMs: int | None
    samples: list[ReplaySample] | None


class ReplaySample(TypedDict):
    deliveryId: str | None
    eventId: str | None
    actionId: str | None
    destinationId: str
    request: ShownRequest | None
    problem: str | None


class InboxRequestList(TypedDict):
    data: list[InboxRequest]
    page: Page


class InboxRequest(TypedDict):
    id: str
    inbox: str
    receivedAt: str
    method: str
    path: str
    query: str
    headers: list[list[str]]
    body: str
    truncated: bool
    status: int


class InboxRuleList(TypedDict):
    data: list[InboxRule]


class InboxRule(TypedDict):
    status: int
    delayMs: int
    body: str
    failFirst: int
    inbox: str
    failsLeft: int


class InboxRuleInput(TypedDict):
    # Default: 200.
    status: NotRequired[int]
    # Default: 0.
    delayMs: NotRequired[int]
    # Default: "".
    body: NotRequired[str]
    # Default: 0.
    failFirst: NotRequired[int]


class DeliveryStateConnectionsItem(TypedDict):
    id: str
    held: int
    failed: int
    pending: int
    sending: int
    oldestPendingAt: str | None


class DeliveryStateDestinationsItem(TypedDict):
    id: str
    connectionId: str
    held: int
    failed: int
    pending: int
    sending: int
    oldestPendingAt: str | None


class DeliveryState(TypedDict):
    held: int
    failed: int
    pending: int
    sending: int
    oldestPendingAt: str | None
    connections: list[DeliveryStateConnectionsItem]
    destinations: list[DeliveryStateDestinationsItem]


class GetNodesOutputNodesItem(TypedDict):
    name: str
    isThis: bool
    state: Literal["active", "standby", "leaving"]
    partitions: int
    version: str
    startedAt: str | None


class GetNodesOutputDatabase(TypedDict):
    engine: Literal["sqlite", "postgresql"]
    version: str
    bytes: int
    failover: Literal["nothing", "last_transactions", "no_replica", None]
    lost: dict[str, Any] | None


class GetNodesOutput(TypedDict):
    nodes: list[GetNodesOutputNodesItem]
    partitions: int
    database: GetNodesOutputDatabase


class StatsSeriesItem(TypedDict):
    at: str
    received: int
    matched: int
    unmatched: int
    created: int
    reopened: int
    delivered: int
    failed: int
    held: int
    skipped: int
    cancelled: int
    retried: int
    rejected: int
    isUp: bool | None


class StatsReasonsItem(TypedDict):
    outcome: Literal["failed", "skipped", "held", "rejected"]
    reason: StatsReason
    count: int


class StatsErrorsItem(TypedDict):
    error: str
    count: int
    series: list[int]


Stats = TypedDict(
    "Stats",
    {
        "kind": "StatsKind",
        "id": "str | None",
        "range": "StatsRange",
        "from": "str",
        "until": "str",
        "stepMs": "int",
        "totals": "StatsCounts",
        "latency": "Percentiles | None",
        "durations": "Percentiles | None",
        "oldestWaitingAt": "str | None",
        "series": "list[StatsSeriesItem]",
        "reasons": "list[StatsReasonsItem]",
        "errors": "list[StatsErrorsItem]",
        "items": "list[StatsItem]",
    },
)


class StatsCounts(TypedDict):
    received: int
    matched: int
    unmatched: int
    created: int
    reopened: int
    delivered: int
    failed: int
    held: int
    skipped: int
    cancelled: int
    retried: int
    rejected: int


class Percentiles(TypedDict):
    p50Ms: float
    p95Ms: float
    p99Ms: float


class StatsItem(TypedDict):
    id: str
    received: int
    matched: int
    unmatched: int
    created: int
    reopened: int
    delivered: int
    failed: int
    held: int
    skipped: int
    cancelled: int
    retried: int
    rejected: int
    p95Ms: float | None
    lastReceivedAt: str | None
    lastDeliveredAt: str | None
    lastAttemptAt: str | None
    lastStatus: int | None
    series: list[int]


class AlertList(TypedDict):
    data: list[Alert]
    page: Page
    count: NotRequired[ListCount]


class AlertWebhook(TypedDict):
    type: Literal["webhook"]
    name: DocumentName
    description: str
    status: Literal["enabled", "disabled"]
    rules: AlertRules
    quietHours: QuietHours | None
    settings: AlertWebhookSettings
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]
    health: AlertHealth


class AlertRules(TypedDict):
    kinds: list[IssueKind] | None
    minSeverity: IssueSeverity
    connectionIds: list[str] | None
    actionIds: list[str] | None
    on: list[IssueChange]
    remindEveryMs: int | None


QuietHours = TypedDict(
    "QuietHours",
    {
        "timeZone": "str",
        "from": "str",
        "to": "str",
        "days": "list[WeekDay]",
        "exceptCritical": "bool",
    },
)


class AlertWebhookSettings(TypedDict):
    url: str
    secret: Secret
    previousSecret: Secret
    previousUntil: str | None


class AlertHealth(TypedDict):
    state: Literal["ok", "failing"]
    reason: str | None
    since: str | None
    lastSentAt: str | None
    waiting: int


class AlertEmail(TypedDict):
    type: Literal["email"]
    name: DocumentName
    description: str
    status: Literal["enabled", "disabled"]
    rules: AlertRules
    quietHours: QuietHours | None
    settings: AlertEmailSettings
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]
    health: AlertHealth


AlertEmailSettings = TypedDict(
    "AlertEmailSettings",
    {
        "host": "str",
        "port": "int | None",
        "security": "Literal[\"starttls\", \"tls\", \"none\"]",
        "username": "str | None",
        "password": "Secret",
        "from": "str",
        "to": "list[str]",
        "ca": "str | None",
    },
)


class AlertSlack(TypedDict):
    type: Literal["slack"]
    name: DocumentName
    description: str
    status: Literal["enabled", "disabled"]
    rules: AlertRules
    quietHours: QuietHours | None
    settings: AlertSlackSettings
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    warnings: NotRequired[list[str]]
    health: AlertHealth


class AlertSlackSettings(TypedDict):
    hookUrl: Secret


class AlertWebhookInput(TypedDict):
    type: Literal["webhook"]
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    rules: NotRequired[AlertRulesInput]
    quietHours: NotRequired[QuietHoursInput | None]
    settings: AlertWebhookSettingsInput


class AlertRulesInput(TypedDict):
    kinds: NotRequired[list[IssueKind] | None]
    # Default: "warning".
    minSeverity: NotRequired[IssueSeverity]
    connectionIds: NotRequired[list[str] | None]
    actionIds: NotRequired[list[str] | None]
    # Default: ["opened","reopened","worsened","resolved"].
    on: NotRequired[list[IssueChange]]
    # Default: 86400000.
    remindEveryMs: NotRequired[int | None]


# `to`: Must differ from the beginning: no message would ever be sent.
QuietHoursInput = TypedDict(
    "QuietHoursInput",
    {
        # Must be a time zone of the IANA database, such as Europe/Berlin.
        "timeZone": "str",
        "from": "str",
        "to": "str",
        # Default: ["mon","tue","wed","thu","fri","sat","sun"].
        "days": "NotRequired[list[WeekDay]]",
        # Default: true.
        "exceptCritical": "NotRequired[bool]",
    },
)


class AlertWebhookSettingsInput(TypedDict):
    # An absolute http or https URL that may be called.
    url: str
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    secret: NotRequired[Secret]
    # For Standard Webhooks in base64, with or without `whsec_` before it.
    previousSecret: NotRequired[Secret]
    previousUntil: NotRequired[str | None]


class AlertEmailInput(TypedDict):
    type: Literal["email"]
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    rules: NotRequired[AlertRulesInput]
    quietHours: NotRequired[QuietHoursInput | None]
    settings: AlertEmailSettingsInput


AlertEmailSettingsInput = TypedDict(
    "AlertEmailSettingsInput",
    {
        # A host name or address, without scheme or path, that may be called.
        "host": "str",
        # One that no other protocol uses.
        "port": "NotRequired[int | None]",
        # `none` only to hosts that the operator allows. Default: "starttls".
        "security": "NotRequired[Literal[\"starttls\", \"tls\", \"none\"]]",
        "username": "NotRequired[str | None]",
        # Without control characters.
        "password": "NotRequired[Secret]",
        "from": "str",
        "to": "list[str]",
        # One or more certificates in PEM, without a private key.
        "ca": "NotRequired[str | None]",
    },
)


class AlertSlackInput(TypedDict):
    type: Literal["slack"]
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    rules: NotRequired[AlertRulesInput]
    quietHours: NotRequired[QuietHoursInput | None]
    settings: AlertSlackSettingsInput


class AlertSlackSettingsInput(TypedDict):
    # An absolute URL that starts with https:// and may be called.
    hookUrl: NotRequired[Secret]


AlertPatchSettings = TypedDict(
    "AlertPatchSettings",
    {
        # An absolute http or https URL that may be called.
        "url": "NotRequired[str | None]",
        # For Standard Webhooks in base64, with or without `whsec_` before it.
        "secret": "NotRequired[Secret]",
        # For Standard Webhooks in base64, with or without `whsec_` before it.
        "previousSecret": "NotRequired[Secret]",
        "previousUntil": "NotRequired[str | None]",
        # A host name or address, without scheme or path, that may be called.
        "host": "NotRequired[str | None]",
        # One that no other protocol uses.
        "port": "NotRequired[int | None]",
        # `none` only to hosts that the operator allows.
        "security": "NotRequired[Literal[\"starttls\", \"tls\", \"none\", None]]",
        "username": "NotRequired[str | None]",
        # Without control characters.
        "password": "NotRequired[Secret]",
        "from": "NotRequired[str | None]",
        "to": "NotRequired[list[str] | None]",
        # One or more certificates in PEM, without a private key.
        "ca": "NotRequired[str | None]",
        # An absolute URL that starts with https:// and may be called.
        "hookUrl": "NotRequired[Secret]",
    },
)


# A JSON Merge Patch: the result has to be what PUT accepts.
class AlertPatch(TypedDict):
    type: NotRequired[Literal["webhook", "email", "slack"]]
    name: NotRequired[DocumentName]
    description: NotRequired[str | None]
    status: NotRequired[Literal["enabled", "disabled", None]]
    rules: NotRequired[AlertRulesPatch | None]
    quietHours: NotRequired[QuietHoursPatch | None]
    settings: NotRequired[AlertPatchSettings]


class AlertRulesPatch(TypedDict):
    kinds: NotRequired[list[IssueKind] | None]
    minSeverity: NotRequired[IssueSeverity | None]
    connectionIds: NotRequired[list[str] | None]
    actionIds: NotRequired[list[str] | None]
    on: NotRequired[list[IssueChange] | None]
    remindEveryMs: NotRequired[int | None]


QuietHoursPatch = TypedDict(
    "QuietHoursPatch",
    {
        # Must be a time zone of the IANA database, such as Europe/Berlin.
        "timeZone": "NotRequired[str]",
        "from": "NotRequired[str]",
        "to": "NotRequired[str]",
        "days": "NotRequired[list[WeekDay] | None]",
        "exceptCritical": "NotRequired[bool | None]",
    },
)


class AlertApplyWebhookInput(TypedDict):
    type: Literal["webhook"]
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: "".
    description: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    rules: NotRequired[AlertRulesInput]
    quietHours: NotRequired[QuietHoursInput | None]
    settings: AlertWebhookSettingsInput


class AlertApplyEmailInput(TypedDict):
    type: Literal["email"]
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: "".
    description: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    rules: NotRequired[AlertRulesInput]
    quietHours: NotRequired[QuietHoursInput | None]
    settings: AlertEmailSettingsInput


class AlertApplySlackInput(TypedDict):
    type: Literal["slack"]
    # Left out, or the name in the URL.
    name: NotRequired[DocumentName]
    # Default: "".
    description: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    rules: NotRequired[AlertRulesInput]
    quietHours: NotRequired[QuietHoursInput | None]
    settings: AlertSlackSettingsInput


class AlertTest(TypedDict):
    ok: bool
    durationMs: float
    detail: str
    message: AlertMessage


class AlertMessage(TypedDict):
    id: str
    alertId: str
    about: Literal["changes", "reminder", "summary", "test"]
    status: Literal["waiting", "sent", "failed"]
    title: str
    notices: list[AlertNotice]
    total: int
    attempts: int
    createdAt: str
    nextAttemptAt: str | None
    finishedAt: str | None
    detail: str | None


class AlertNotice(TypedDict):
    id: str
    issueId: str
    change: Literal["opened", "reopened", "worsened", "resolved", "reminded"]
    kind: IssueKind
    severity: IssueSeverity
    title: str
    detail: str
    likelyFix: str
    connectionId: str | None
    destinationId: str | None
    actionId: str | None
    at: str
    path: str


class AlertMessageList(TypedDict):
    data: list[AlertMessage]
    page: Page


class AuditEntryList(TypedDict):
    data: list[AuditEntry]
    page: Page


class AuditEntry(TypedDict):
    number: int
    createdAt: str
    principal: str
    principalId: str | None
    address: str | None
    requestId: str | None
    act: AuditAct
    kind: AuditKind
    id: str | None
    name: str | None
    result: Literal["done", "refused"]
    code: ErrorCode | None
    changes: list[AuditChange]
    previousHash: str
    hash: str


class AuditChange(TypedDict):
    pointer: str
    before: NotRequired[Any]
    after: NotRequired[Any]


class SealingStateKeysItem(TypedDict):
    id: str
    bodies: int


class SealingState(TypedDict):
    keyId: str
    keys: list[SealingStateKeysItem]
    rotation: dict[str, Any] | None


class SecretRotationInput(TypedDict):
    # Default: false.
    newKey: NotRequired[bool]


class SettingsRetention(TypedDict):
    days: int
    bytes: int | None
    auditDays: int
    bodiesMs: int | None


class SettingsPrivacy(TypedDict):
    drop: list[str]
    mask: list[FieldMask]
    maskIp: bool
    stored: list[str]


class SettingsDeliveries(TypedDict):
    held: bool


class Settings(TypedDict):
    retention: SettingsRetention
    privacy: SettingsPrivacy
    deliveries: SettingsDeliveries
    origins: dict[str, Literal["default", "operator", "here"]]
    configuration: list[ConfiguredValue]
    version: int
    updatedAt: str | None
    updatedBy: str | None


class ConfiguredValue(TypedDict):
    name: str
    variable: str
    description: str
    # One of: a text, a number, a boolean, a list, an object.
    value: Any
    origin: Literal["default", "operator"]


# A JSON Merge Patch: the result has to be what PUT accepts.
class SettingsPatch(TypedDict):
    retention: NotRequired[dict[str, Any] | None]
    privacy: NotRequired[dict[str, Any] | None]
    deliveries: NotRequired[dict[str, Any] | None]


class ExportDocumentsItem(TypedDict):
    kind: TransferKind
    name: str


class Export(TypedDict):
    documents: list[ExportDocumentsItem]


class ImportInput(TypedDict):
    documents: list[TransferDocumentInput]
    # Default: false.
    dryRun: NotRequired[bool]
    # Default: false.
    partial: NotRequired[bool]


# A document as its PUT takes it, with its kind: collector, connection, destination, behavior, action, alert.
class TransferDocumentInput(TypedDict):
    kind: str
    name: str


class ImportResult(TypedDict):
    steps: list[ImportStep]


class ImportStep(TypedDict):
    kind: TransferKind
    name: str
    id: str | None
    change: Literal["create", "update", "none"]
    problems: list[FieldProblem]
    warnings: list[str]
    diff: list[AuditChange]


class FieldProblem(TypedDict):
    pointer: str
    detail: str
    code: str


class ImportProgress(TypedDict):
    phase: Literal["check", "compile", "store"]
    done: int
    documents: int


class DeletedDocumentList(TypedDict):
    data: list[DeletedDocument]
    page: Page


class DeletedDocument(TypedDict):
    kind: TransferKind
    id: str
    name: str
    connection: NotRequired[str | None]
    version: int
    deletedAt: str
    deletedBy: str
    removedAt: str


class NamedDocumentList(TypedDict):
    data: list[NamedDocument]


class NamedDocument(TypedDict):
    kind: Literal["action", "connection", "destination", "behavior", "collector"]
    id: str
    name: str
    status: Literal["enabled", "disabled", "paused", None]
    connectionId: str | None
    reason: Reason | None
    attemptsMax: int | None


# Give visitorId, or parameter and value.
class ErasureInput(TypedDict):
    visitorId: NotRequired[str]
    parameter: NotRequired[str]
    value: NotRequired[str]
    # Default: false.
    dryRun: NotRequired[bool]


class ErasureCounts(TypedDict):
    events: int
    deliveries: int
    unfinished: int


class Erasure(TypedDict):
    id: str | None
    state: Literal["planned", "running", "done"]
    code: str
    by: str
    counts: ErasureCounts
    waitsFor: str | None
    createdAt: str
    finishedAt: str | None


class ErasureList(TypedDict):
    data: list[Erasure]
    page: Page


class SetupState(TypedDict):
    open: bool


class SetupInput(TypedDict):
    setupToken: str
    # Must be an e-mail address.
    email: str
    # Must have 12 to 256 characters. Not a repetition of a few characters, and not the e-mail address.
    password: str


class Me(TypedDict):
    name: str
    rights: list[Right]
    administrator: bool
    user: User | None
    session: Session | None
    tokenId: str | None
    deliveriesHeld: bool
    environment: str | None


class User(TypedDict):
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    email: str
    status: Literal["enabled", "disabled"]
    roleIds: list[str]
    invited: bool
    sso: bool
    lastSignInAt: str | None


class Session(TypedDict):
    id: str
    current: bool
    createdAt: str
    lastUsedAt: str
    expiresAt: str
    address: str
    userAgent: str


class SignInInput(TypedDict):
    email: str
    password: str


class InvitationInput(TypedDict):
    inviteToken: str
    # Must have 12 to 256 characters. Not a repetition of a few characters, and not the e-mail address.
    password: str


class SignInMethods(TypedDict):
    passwordReset: bool
    sso: dict[str, Any] | None


class PasswordResetRequestInput(TypedDict):
    email: str


class PasswordResetInput(TypedDict):
    resetToken: str
    # Must have 12 to 256 characters. Not a repetition of a few characters, and not the e-mail address.
    password: str


class SingleSignOnInput(TypedDict):
    # Default: "/".
    to: NotRequired[str]
    # Default: false.
    connect: NotRequired[bool]


class SingleSignOn(TypedDict):
    authorizationUrl: str


class SingleSignOnResponseInput(TypedDict):
    state: str
    code: NotRequired[str]
    iss: NotRequired[str]
    error: NotRequired[str]


class SignedIn(TypedDict):
    name: str
    rights: list[Right]
    administrator: bool
    user: User | None
    session: Session | None
    tokenId: str | None
    deliveriesHeld: bool
    environment: str | None
    to: str


class MePatch(TypedDict):
    # Must have 12 to 256 characters. Not a repetition of a few characters, and not the e-mail address.
    password: str
    # Required when the sign-in is over ten minutes old, and for a token.
    currentPassword: NotRequired[str]


class SessionList(TypedDict):
    data: list[Session]
    page: Page


class TokenList(TypedDict):
    data: list[Token]
    page: Page


class Token(TypedDict):
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    name: str
    userId: str | None
    rights: list[Right]
    expiresAt: str | None
    lastUsedAt: str | None


class TokenInput(TypedDict):
    name: DocumentName
    rights: list[Right]
    # In the future.
    expiresAt: NotRequired[str | None]


class CreatedToken(TypedDict):
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    name: str
    userId: str | None
    rights: list[Right]
    expiresAt: str | None
    lastUsedAt: str | None
    token: str


class UserList(TypedDict):
    data: list[User]
    page: Page


class UserInput(TypedDict):
    # Must be an e-mail address.
    email: str
    # Must have 12 to 256 characters. Not a repetition of a few characters, and not the e-mail address.
    password: NotRequired[str]
    # Default: "enabled".
    status: NotRequired[Literal["enabled", "disabled"]]
    # Default: [].
    roleIds: NotRequired[list[str]]


class InvitedUser(TypedDict):
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    email: str
    status: Literal["enabled", "disabled"]
    roleIds: list[str]
    invited: bool
    sso: bool
    lastSignInAt: str | None
    inviteUrl: NotRequired[str]


class UserPatch(TypedDict):
    # Must be an e-mail address.
    email: NotRequired[str]
    # Must have 12 to 256 characters. Not a repetition of a few characters, and not the e-mail address.
    password: NotRequired[str]
    status: NotRequired[Literal["enabled", "disabled"]]
    roleIds: NotRequired[list[str]]


class RoleList(TypedDict):
    data: list[Role]
    page: Page


class Role(TypedDict):
    id: str
    version: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    name: str
    description: str
    rights: list[Right]
    fixed: bool
    users: int


class RoleInput(TypedDict):
    name: DocumentName
    # Default: "".
    description: NotRequired[str]
    rights: list[Right]


class RolePatch(TypedDict):
    name: NotRequired[DocumentName]
    description: NotRequired[str]
    rights: NotRequired[list[Right]]


class TokenPatch(TypedDict):
    name: NotRequired[DocumentName]
    rights: NotRequired[list[Right]]
    # In the future.
    expiresAt: NotRequired[str | None]


class DescribedRightList(TypedDict):
    data: list[DescribedRight]


class DescribedRight(TypedDict):
    right: Right
    name: str
    implies: list[Right]


ErrorCode: TypeAlias = Literal["malformed_json", "malformed_request", "invalid_events", "unauthorized", "wrong_credentials", "invalid_signature", "sso_failed", "sso_refused", "forbidden", "cross_site_request", "origin_not_allowed", "not_found", "unknown_collector", "method_not_allowed", "request_timeout", "conflict", "name_taken", "in_use", "setup_done", "last_administrator", "request_in_progress", "request_interrupted", "version_mismatch", "too_large", "unsupported_media_type", "invalid_value", "invalid_template", "destination_not_enabled", "blocked_address", "events_too_deep", "too_complex", "idempotency_key_reused", "headers_too_large", "rate_limited", "sign_in_delayed", "internal", "unavailable", "sign_in_busy", "sso_unavailable", "storage_full", "storage_busy"]


DocumentName: TypeAlias = str


Auth: TypeAlias = AuthNone | AuthBasic | AuthBearer | AuthOAuth2


# Write-only: its text, or {"ref": "env:NAME"} or {"ref": "file:/path"} where the operator allows that. Returned as {"set": true, "updatedAt": …}, with the ref if there is one. Sending that back, where a secret is stored, null, or leaving it out keeps the secret while the same kind of authentication uses it; when the address that it is sent to changes, it is needed again. {"set": false} removes it.
Secret: TypeAlias = str | SecretMark | None


ClientAuth: TypeAlias = Literal["auto", "basic", "basic_raw", "body", "private_key_jwt", "none"]


ExtraFields: TypeAlias = dict[str, Secret]


Grant: TypeAlias = Literal["client_credentials", "password", "jwt", "refresh_token"]


Signing: TypeAlias = SigningStandardWebhooks | SigningHmac | None


Reason: TypeAlias = Literal["connection_disabled", "connection_paused", "destination_disabled", "destination_paused", "all_held", "auth_rejected", "credentials_missing", "breaker_open", "budget", "order", "exhausted", "expired", "unknown_outcome", "http_3xx", "http_4xx", "http_5xx", "protocol", "unreachable", "template_error", "template_skipped", "poison", "blocked", "cancelled", "interrupted", "internal_error"]


AuthInput: TypeAlias = AuthNone | AuthBasicInput | AuthBearerInput | AuthOAuth2Input


SigningInput: TypeAlias = SigningStandardWebhooksInput | SigningHmacInput | None


ErrorKind: TypeAlias = Literal["dns", "connect", "tls", "timeout", "reset", "http_3xx", "http_4xx", "http_429", "http_5xx", "too_large", "blocked", "auth", "template", "protocol", "internal_error"]


Method: TypeAlias = Literal["POST", "GET", "PUT", "PATCH"]


Escape: TypeAlias = Literal["auto", "json", "html", "url", "none"]


ResponseStatus: TypeAlias = int | str


ExpectedValue: TypeAlias = Any


Outcome: TypeAlias = Literal["success", "warning", "retry", "throttle", "refresh_auth", "fail", "pause"]


StatusPattern: TypeAlias = int | str


RenderResult: TypeAlias = RenderResultBody | RenderResultSkipped | RenderResultFailed


DeliveryStatus: TypeAlias = Literal["pending", "sending", "retrying", "held", "delivered", "failed", "skipped", "cancelled"]


AttemptOutcome: TypeAlias = Literal["delivered", "retry", "failed", "held", "skipped", "refreshed", "split"]


RenderTimeInput: TypeAlias = str | int


Operator: TypeAlias = Literal["exists", "notExists", "equals", "notEquals", "contains", "notContains", "startsWith", "endsWith", "matches", "notMatches", "regex", "greaterThan", "greaterOrEqual", "lessThan", "lessOrEqual", "before", "after", "in", "notIn", "between"]


FixedValue: TypeAlias = str | float | bool | None


WebhookIntake: TypeAlias = WebhookIntakeNone | WebhookIntakeStandardWebhooks | WebhookIntakeStripe | WebhookIntakeGithub | WebhookIntakeShopify | WebhookIntakeHmac | None


# Must be a path such as data.customer.id, or header: and the name of a header.
WebhookPlace: TypeAlias = str


FieldMask: TypeAlias = FieldMaskHash | FieldMaskLast | FieldMaskReplace


WebhookIntakeInput: TypeAlias = WebhookIntakeNoneInput | WebhookIntakeStandardWebhooksInput | WebhookIntakeStripeInput | WebhookIntakeGithubInput | WebhookIntakeShopifyInput | WebhookIntakeHmacInput | None


FieldMaskInput: TypeAlias = FieldMaskHash | FieldMaskLastInput | FieldMaskReplaceInput


# One of: a text, a list, an object.
DataValue: TypeAlias = Any


IssueKind: TypeAlias = Literal["failing", "template", "tripped", "auth_rejected", "paused", "expiring", "backlog", "silent", "held_expired", "used_ids", "rule_error", "lost_writes", "storage"]


IssueSeverity: TypeAlias = Literal["warning", "critical"]


IssueState: TypeAlias = Literal["open", "acknowledged", "muted", "resolved"]


IssueValue: TypeAlias = str | float


AuditAct: TypeAlias = Literal["create", "change", "delete", "restore", "rollback", "rotate_key", "test", "retry", "probe", "release", "cancel", "pause", "resume", "clear", "import", "set_up", "sign_in", "sign_out", "invite", "set_password", "request_password_reset", "revoke", "reseal", "prune", "acknowledge", "resolve", "reopen", "mute", "unmute", "erase"]


AuditKind: TypeAlias = Literal["connection", "destination", "action", "behavior", "collector", "parameter", "settings", "alert", "configuration", "delivery", "replay", "issue", "inbox", "user", "role", "token", "session", "secrets", "erasure", "audit"]


ReplayState: TypeAlias = Literal["planned", "running", "paused", "done", "cancelled"]


FinishedStatus: TypeAlias = Literal["delivered", "failed", "skipped", "cancelled", "held"]


LeftOutReason: TypeAlias = Literal["unknown", "test", "unfinished", "already_delivered", "not_failed", "event_removed", "destination_deleted", "action_deleted", "no_rule_matched", "rule_error", "not_in_action", "repeated"]


# `filter`: Give either a filter or ids. `body`: Another destination renders its own body: choose "current".
ReplayInput: TypeAlias = ReplayDeliveriesInput | ReplayEventsInput


StatsKind: TypeAlias = Literal["all", "action", "destination", "connection", "collector"]


StatsAskedRange: TypeAlias = Literal["15m", "1h", "24h", "7d", "auto"]


StatsRange: TypeAlias = Literal["15m", "1h", "24h", "7d"]


StatsReason: TypeAlias = Literal["connection_disabled", "connection_paused", "destination_disabled", "destination_paused", "all_held", "auth_rejected", "credentials_missing", "breaker_open", "budget", "order", "exhausted", "expired", "unknown_outcome", "http_3xx", "http_4xx", "http_5xx", "protocol", "unreachable", "template_error", "template_skipped", "poison", "blocked", "cancelled", "interrupted", "internal_error", "malformed_json", "malformed_request", "invalid_events", "unauthorized", "wrong_credentials", "invalid_signature", "sso_failed", "sso_refused", "forbidden", "cross_site_request", "origin_not_allowed", "not_found", "unknown_collector", "method_not_allowed", "request_timeout", "conflict", "name_taken", "in_use", "setup_done", "last_administrator", "request_in_progress", "request_interrupted", "version_mismatch", "too_large", "unsupported_media_type", "invalid_value", "invalid_template", "destination_not_enabled", "blocked_address", "events_too_deep", "too_complex", "idempotency_key_reused", "headers_too_large", "rate_limited", "sign_in_delayed", "internal", "unavailable", "sign_in_busy", "sso_unavailable", "storage_full", "storage_busy"]


Alert: TypeAlias = AlertWebhook | AlertEmail | AlertSlack


IssueChange: TypeAlias = Literal["opened", "reopened", "worsened", "resolved"]


WeekDay: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


AlertInput: TypeAlias = AlertWebhookInput | AlertEmailInput | AlertSlackInput


AlertApplyInput: TypeAlias = AlertApplyWebhookInput | AlertApplyEmailInput | AlertApplySlackInput


TransferKind: TypeAlias = Literal["collector", "connection", "destination", "behavior", "action", "alert"]


Right: TypeAlias = Literal["connections:view", "connections:manage", "actions:view", "actions:manage", "behaviors:view", "behaviors:manage", "parameters:view", "parameters:manage", "collectors:view", "collectors:manage", "deliveries:view", "deliveries:manage", "payloads:view", "events:view", "users:view", "users:manage", "settings:view", "settings:manage", "audit:view"]

