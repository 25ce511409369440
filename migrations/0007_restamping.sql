CREATE TABLE `day_sources` (
	`site_id` text NOT NULL,
	`day` text NOT NULL,
	`source` text NOT NULL,
	PRIMARY KEY(`site_id`, `day`, `source`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `restamp_days` (
	`site_id` text NOT NULL,
	`day` text NOT NULL,
	`marked_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `day`)
) WITHOUT ROWID;
