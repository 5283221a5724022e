/** What schedules go by. */
export interface CronTimes {
  /** IANA name: of schedules that name none. */
  readonly timeZone: string;
  /** How far back missed runs are made up for, ms. */
  readonly windowMs: number;
  /** Time between two comparisons of the kept schedules with the pipelines, ms. */
  readonly compareMs: number;
}
