-- The status of the last response of a delivery if it is not 2xx, so that a search by status reads only these deliveries.
-- 0: it was not delivered, and its attempts were stored before this column; they have the status.
ALTER TABLE delivery ADD COLUMN response_status INTEGER;
UPDATE delivery SET response_status = 0 WHERE exchanges > 0 AND status <> 3;
CREATE INDEX delivery_response_status ON delivery (response_status) WHERE response_status IS NOT NULL;
