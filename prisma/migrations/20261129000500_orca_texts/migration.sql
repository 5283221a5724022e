-- Only orca writes them, and always as JSON: kept as text, they are not parsed once more with each commit.
ALTER TABLE "orca"."events" ALTER COLUMN "data" TYPE TEXT;
ALTER TABLE "orca"."stages"
  ALTER COLUMN "data" TYPE TEXT,
  ALTER COLUMN "context" TYPE TEXT,
  ALTER COLUMN "outputs" TYPE TEXT;
