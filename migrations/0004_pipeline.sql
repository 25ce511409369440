CREATE TABLE `anomalies` (
	`site_id` text NOT NULL,
	`id` text NOT NULL,
	`started_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`record` text NOT NULL,
	`dismissed_at` integer,
	PRIMARY KEY(`site_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ip_networks` (
	`provider` text NOT NULL,
	`prefix` text NOT NULL,
	`network` text,
	`network_type` text NOT NULL,
	`asn` integer,
	`country` text,
	`region` text,
	`city` text,
	`fetched_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `prefix`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lake_garbage` (
	`key` text PRIMARY KEY NOT NULL,
	`site_id` text NOT NULL,
	`delete_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `lake_garbage_by_time` ON `lake_garbage` (`delete_at`);--> statement-breakpoint
CREATE TABLE `mail_optouts` (
	`site_id` text NOT NULL,
	`kind` text NOT NULL,
	`recipient` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `kind`, `recipient`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mails` (
	`id` text PRIMARY KEY NOT NULL,
	`site_id` text,
	`channel` text NOT NULL,
	`kind` text NOT NULL,
	`recipient` text NOT NULL,
	`content` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`tried_at` integer,
	`sent_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `mails_by_property` ON `mails` (`site_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `mails_by_status` ON `mails` (`status`);--> statement-breakpoint
CREATE TABLE `networks` (
	`site_id` text NOT NULL,
	`network` text NOT NULL,
	`network_type` text NOT NULL,
	`asn` integer,
	`country` text,
	`region` text,
	`city` text,
	`first_seen` integer NOT NULL,
	`last_seen` integer NOT NULL,
	PRIMARY KEY(`site_id`, `network`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `pipeline_run_properties` (
	`site_id` text NOT NULL,
	`run_id` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer NOT NULL,
	`files` integer NOT NULL,
	`rows` integer NOT NULL,
	`report` text NOT NULL,
	PRIMARY KEY(`site_id`, `run_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `pipeline_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`site_id` text,
	`trigger` text NOT NULL,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`files` integer DEFAULT 0 NOT NULL,
	`rows` integer DEFAULT 0 NOT NULL,
	`steps` text DEFAULT '{}' NOT NULL,
	`report` text,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `pipeline_runs_by_start` ON `pipeline_runs` (`started_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `pipeline_runs_going` ON `pipeline_runs` (`kind`) WHERE status = 'running' AND kind = 'run';--> statement-breakpoint
CREATE TABLE `property_settings` (
	`site_id` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `provider_calls` (
	`provider` text NOT NULL,
	`day` text NOT NULL,
	`calls` integer NOT NULL,
	PRIMARY KEY(`provider`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `techstack_days` (
	`site_id` text NOT NULL,
	`day` text NOT NULL,
	`browser` text NOT NULL,
	`browser_version` text NOT NULL,
	`os` text NOT NULL,
	`os_version` text NOT NULL,
	`device` text NOT NULL,
	`screen` text NOT NULL,
	`firsts` integer NOT NULL,
	`visitors` integer NOT NULL,
	`visits` integer NOT NULL,
	`bounces` integer NOT NULL,
	`duration` integer NOT NULL,
	`pageviews` integer NOT NULL,
	`events` integer NOT NULL,
	PRIMARY KEY(`site_id`, `day`, `browser`, `browser_version`, `os`, `os_version`, `device`, `screen`, `firsts`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `watermarks` (
	`site_id` text NOT NULL,
	`dataset` text NOT NULL,
	`position` integer NOT NULL,
	`moved_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `dataset`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `first_failed_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `count` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `events` integer;--> statement-breakpoint
ALTER TABLE `lake_files` ADD `level` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `lake_files` ADD `event_type` text;--> statement-breakpoint
ALTER TABLE `lake_files` ADD `first_id` integer;--> statement-breakpoint
ALTER TABLE `lake_files` ADD `last_id` integer;--> statement-breakpoint
CREATE INDEX `lake_files_by_zone` ON `lake_files` (`zone`,`site_id`,`id`);--> statement-breakpoint
UPDATE `dead_letters` SET `first_failed_at` = `failed_at`;
--> statement-breakpoint
-- Days before this one have events whose network has no type: they count as the record says, where nobody could say.
INSERT INTO rollup_days (site_id, dimension, day, value, visitors, visits, bounces, duration, pageviews, events, engaged_ms, scroll_sum, scroll_views)
  SELECT site_id, 'network_type', day, '(unknown)', 0, sum(visits), sum(bounces), sum(duration), sum(pageviews), sum(events), sum(engaged_ms), sum(scroll_sum), sum(scroll_views)
  FROM (SELECT site_id, dimension, day, visits, bounces, duration, pageviews, events, engaged_ms, scroll_sum, scroll_views FROM rollup_days WHERE dimension = 'total'
    UNION ALL SELECT site_id, dimension, day, visits, bounces, duration, pageviews, events, engaged_ms, scroll_sum, scroll_views FROM pending_days WHERE dimension = 'total')
  GROUP BY site_id, day;
