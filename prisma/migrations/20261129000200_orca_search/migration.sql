-- What executions of pipelines are searched by, beside their rows: those are written with every step, and an index over
-- words would be written with each of them.
CREATE TABLE "orca"."execution_words" (
    "execution_id" TEXT NOT NULL,
    "build_time" BIGINT NOT NULL,
    "words" TEXT[] NOT NULL,

    CONSTRAINT "execution_words_pkey" PRIMARY KEY ("execution_id")
);
-- Earlier executions say that there is more to know: a search reads their triggers.
INSERT INTO "orca"."execution_words" SELECT "id", "build_time", ARRAY['*'] FROM "orca"."executions" WHERE "type" = 'PIPELINE';
CREATE INDEX "execution_words_build_time_execution_id_idx" ON "orca"."execution_words"("build_time" DESC, "execution_id" DESC);
CREATE INDEX "execution_words_words_idx" ON "orca"."execution_words" USING GIN ("words");

-- Lists by status across applications: what has ended, and what has not.
CREATE INDEX "executions_ended_idx" ON "orca"."executions"("status", "build_time" DESC, "id" DESC) WHERE "complete" AND "type" = 'PIPELINE';
CREATE INDEX "executions_running_idx" ON "orca"."executions"("build_time" DESC, "id" DESC) WHERE NOT "complete" AND "type" = 'PIPELINE';
