-- Written by drizzle-kit from workers/storage/tables.ts. By hand: WITHOUT ROWID, which drizzle cannot say.
CREATE TABLE `rules` (
	`site_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`selector` text NOT NULL,
	`trigger` text NOT NULL,
	`page` text,
	`attributes` text NOT NULL,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `properties` ADD `version` integer DEFAULT 0 NOT NULL;
