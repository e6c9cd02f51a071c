-- A row of `visitor_marks` has the marks of 1,024 events instead of 4,096, so that fewer of the newest events are without
-- marks. Retention marks the stored events again.
DELETE FROM visitor_marks;
