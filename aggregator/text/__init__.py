"""Pure functions on addresses, markup, dates, language and words that several rooms need; nothing here knows a room."""
