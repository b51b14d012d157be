-- What an answer was given to: a sum over the question and all that it was asked about (act.c). What was answered before
-- is asked once more, where it still asks.
ALTER TABLE post_confirmation ADD COLUMN finding TEXT NOT NULL DEFAULT '';
