-- mark is the in-flight marker: the deliveries that are in flight, as a JSON array of their numbers. on_trial is the one of
-- them that is the only suspect in flight, to be quarantined if the process dies now; NULL: none is.

ALTER TABLE mark ADD COLUMN on_trial INTEGER;
