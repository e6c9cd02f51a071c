-- The newline directly after a value of a template is part of the output. Stored templates, also those of earlier and
-- deleted versions, were written when it was removed: they get the mark that still removes it.
UPDATE document_version SET body = json_set(body, '$.template', with_former_line_breaks(body ->> 'template'))
WHERE kind = 'destination' AND with_former_line_breaks(body ->> 'template') <> body ->> 'template';
