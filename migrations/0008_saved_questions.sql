CREATE TABLE `annotations` (
	`site_id` text NOT NULL,
	`id` text NOT NULL,
	`date` text,
	`time` integer,
	`text` text NOT NULL,
	`shared` integer NOT NULL,
	`user_id` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `funnels` (
	`site_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`funnel` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `goals` (
	`site_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`filter` text NOT NULL,
	`currency` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `goals_by_name` ON `goals` (`site_id`,`name`);--> statement-breakpoint
CREATE TABLE `path_groups` (
	`site_id` text PRIMARY KEY NOT NULL,
	`patterns` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `segments` (
	`site_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`filter` text NOT NULL,
	`shared` integer NOT NULL,
	`user_id` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `id`)
) WITHOUT ROWID;
