-- An invitation is valid as long as the one who made it could make it, and the link for a forgotten password as long as
-- its user has no more rights than then. Neither is known of earlier links: they have to be made again.
ALTER TABLE account_user ADD COLUMN invite_by TEXT;
ALTER TABLE account_user ADD COLUMN reset_rights TEXT NOT NULL DEFAULT '[]';
UPDATE account_user SET invite_digest = NULL, invite_until = NULL, reset_digest = NULL, reset_until = NULL;
