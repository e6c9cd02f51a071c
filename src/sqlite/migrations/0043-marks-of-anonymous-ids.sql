-- A row of `visitor_marks` can also have the marks of the anonymous ids of its events. Retention marks the stored events again.
DELETE FROM visitor_marks;
