-- the latest story that there was: later ones that seem older came after the clock was set back
ALTER TABLE editions ADD COLUMN last_story_id INTEGER;
