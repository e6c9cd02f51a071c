-- A kept response is repeated only to a sender who has the rights that it was made with. Those of stored ones are unknown;
-- they are kept without, for the rest of their day, so that repeated requests are not carried out twice.
ALTER TABLE kept_response ADD COLUMN rights TEXT NOT NULL DEFAULT '[]';
