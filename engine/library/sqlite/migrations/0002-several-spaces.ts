/**
 * Several spaces side by side: what cannot be embedded is known for each space, a space says how its vectors are made,
 * and one that was removed can come back.
 */
export const severalSpaces = `
-- How often the model died at it, and why it was given up
ALTER TABLE pending_chunks ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pending_chunks ADD COLUMN failure TEXT;
UPDATE pending_chunks SET
  crashes = (SELECT c.crashes FROM chunks AS c WHERE c.id = chunk_id),
  failure = (SELECT c.failure FROM chunks AS c WHERE c.id = chunk_id)
WHERE space_id = (SELECT id FROM spaces WHERE is_default = 1)
  AND chunk_id IN (SELECT id FROM chunks WHERE crashes > 0 OR failure IS NOT NULL);
ALTER TABLE chunks DROP COLUMN crashes;
ALTER TABLE chunks DROP COLUMN failure;

-- JSON: the model and what is done to its output
ALTER TABLE spaces ADD COLUMN recipe TEXT NOT NULL DEFAULT '{}';
-- What was learnt from the library to be done to every vector before it is compared
ALTER TABLE spaces ADD COLUMN transform BLOB;
ALTER TABLE spaces ADD COLUMN removed_at TEXT;
`
