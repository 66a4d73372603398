-- What a model was asked for an advice, word for word, as JSON: a list of {"system", "user", "schema"}, one for each time it was
-- asked; null where nobody was, or it was not kept yet.
alter table advice add column asked text;
