-- What asking a model has cost, in millionths of a US dollar as providers bill; null where no price was known.
alter table model_call add column cost_micros integer;
alter table advice add column cost_micros integer;
