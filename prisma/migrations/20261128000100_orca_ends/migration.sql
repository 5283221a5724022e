-- Readers that wait for the ends of executions alone find them without reading what lies between.
ALTER TABLE "orca"."events" ADD COLUMN "ended" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "events_ended_idx" ON "orca"."events"("xid", "id") WHERE "ended";

-- Each transition writes its execution's row anew, so that the row is kept small. The posted document was a copy that
-- nothing read. What never changes comes last: PostgreSQL logs of an update only what lies before the common end.
ALTER TABLE "orca"."executions" DROP COLUMN "config";
ALTER TABLE "orca"."executions" ADD COLUMN "fixed" JSON;
UPDATE "orca"."executions" SET "fixed" = "data";
ALTER TABLE "orca"."executions" DROP COLUMN "data";
ALTER TABLE "orca"."executions" RENAME COLUMN "fixed" TO "data";
ALTER TABLE "orca"."executions" ALTER COLUMN "data" SET NOT NULL;
