-- Users who sign in with OpenID Connect: the issuer and the subject that identify a person at the provider.

ALTER TABLE account_user ADD COLUMN sso_issuer TEXT;
ALTER TABLE account_user ADD COLUMN sso_subject TEXT;
CREATE UNIQUE INDEX account_user_sso ON account_user (sso_issuer, sso_subject) WHERE sso_subject IS NOT NULL;
