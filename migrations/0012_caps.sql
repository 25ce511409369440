CREATE TABLE `closed_days` (
	`site_id` text NOT NULL,
	`dimension` text NOT NULL,
	`day` text NOT NULL,
	`part` text NOT NULL,
	`room` integer NOT NULL,
	`batch` text NOT NULL,
	PRIMARY KEY(`site_id`, `dimension`, `day`, `part`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `packed_places` (
	`site_id` text NOT NULL,
	`dimension` text NOT NULL,
	`day` text NOT NULL,
	`places` integer NOT NULL,
	PRIMARY KEY(`site_id`, `dimension`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rows_written` (
	`site_id` text NOT NULL,
	`day` text NOT NULL,
	`rows` integer NOT NULL,
	PRIMARY KEY(`site_id`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `shed_days` (
	`site_id` text NOT NULL,
	`day` text NOT NULL,
	`level` integer NOT NULL,
	`reason` text NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`site_id`, `day`)
) WITHOUT ROWID;
