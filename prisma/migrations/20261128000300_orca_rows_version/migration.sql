-- The history alone is written with each step; the rows that show an execution follow when it is given back. What never
-- changes stays last: PostgreSQL logs of an update only what lies before the common end.
ALTER TABLE "orca"."executions" ADD COLUMN "rows_version" INTEGER;
ALTER TABLE "orca"."executions" ADD COLUMN "fixed" JSON;
UPDATE "orca"."executions" SET "fixed" = "data";
ALTER TABLE "orca"."executions" DROP COLUMN "data";
ALTER TABLE "orca"."executions" RENAME COLUMN "fixed" TO "data";
ALTER TABLE "orca"."executions" ALTER COLUMN "data" SET NOT NULL;
