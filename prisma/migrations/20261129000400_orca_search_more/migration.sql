-- Executions with more words than are kept: a search looks at each of them, newest first, and mostly there is none.
CREATE INDEX "execution_words_more_idx" ON "orca"."execution_words"("build_time" DESC, "execution_id" DESC) WHERE "words" @> '{*}';
