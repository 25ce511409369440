-- Written by drizzle-kit from workers/storage/*tables.ts. By hand: WITHOUT ROWID on the tables that are written most, which
-- drizzle cannot say. It makes an insert one row written instead of two, and D1 bills rows written.
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`site_id` text,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`prefix` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_organization` ON `api_keys` (`organization_id`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`site_id` text,
	`key` text NOT NULL,
	`reason` text NOT NULL,
	`failed_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `imports` (
	`site_id` text NOT NULL,
	`import_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `import_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lake_files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`site_id` text NOT NULL,
	`zone` text NOT NULL,
	`key` text NOT NULL,
	`rows` integer NOT NULL,
	`bytes` integer NOT NULL,
	`min_time` integer NOT NULL,
	`max_time` integer NOT NULL,
	`min_date` text NOT NULL,
	`max_date` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `lake_files_by_property` ON `lake_files` (`site_id`,`min_date`);--> statement-breakpoint
CREATE TABLE `properties` (
	`site_id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`timezone` text NOT NULL,
	`currency` text NOT NULL,
	`shards` integer NOT NULL,
	`privacy` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `properties_by_organization` ON `properties` (`organization_id`);--> statement-breakpoint
CREATE TABLE `receipts` (
	`message_id` text PRIMARY KEY NOT NULL,
	`counted_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `refusals` (
	`site_id` text NOT NULL,
	`day` text NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`site_id`, `day`, `reason`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollup_days` (
	`site_id` text NOT NULL,
	`dimension` text NOT NULL,
	`day` text NOT NULL,
	`value` text NOT NULL,
	`visitors` integer NOT NULL,
	`visits` integer NOT NULL,
	`bounces` integer NOT NULL,
	`duration` integer NOT NULL,
	`pageviews` integer NOT NULL,
	`events` integer NOT NULL,
	`engaged_ms` integer NOT NULL,
	`scroll_sum` integer NOT NULL,
	`scroll_views` integer NOT NULL,
	PRIMARY KEY(`site_id`, `dimension`, `day`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollup_hours` (
	`site_id` text NOT NULL,
	`hour` integer NOT NULL,
	`visitors` integer NOT NULL,
	`visits` integer NOT NULL,
	`bounces` integer NOT NULL,
	`duration` integer NOT NULL,
	`pageviews` integer NOT NULL,
	`events` integer NOT NULL,
	`engaged_ms` integer NOT NULL,
	`scroll_sum` integer NOT NULL,
	`scroll_views` integer NOT NULL,
	PRIMARY KEY(`site_id`, `hour`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollup_pending` (
	`site_id` text NOT NULL,
	`dimension` text NOT NULL,
	`parcel` text NOT NULL,
	`increments` integer NOT NULL,
	`created_at` integer NOT NULL,
	`body` blob NOT NULL,
	PRIMARY KEY(`site_id`, `dimension`, `parcel`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `streams` (
	`id` text PRIMARY KEY NOT NULL,
	`site_id` text NOT NULL,
	`url` text NOT NULL,
	`name` text NOT NULL,
	`measurements` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `streams_by_property` ON `streams` (`site_id`);--> statement-breakpoint
CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`accountId` text NOT NULL,
	`providerId` text NOT NULL,
	`userId` text NOT NULL,
	`accessToken` text,
	`refreshToken` text,
	`idToken` text,
	`accessTokenExpiresAt` text,
	`refreshTokenExpiresAt` text,
	`scope` text,
	`password` text,
	`createdAt` text NOT NULL,
	`updatedAt` text NOT NULL,
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `account_by_user` ON `account` (`userId`);--> statement-breakpoint
CREATE TABLE `invitation` (
	`id` text PRIMARY KEY NOT NULL,
	`organizationId` text NOT NULL,
	`email` text NOT NULL,
	`role` text,
	`status` text NOT NULL,
	`expiresAt` text NOT NULL,
	`createdAt` text NOT NULL,
	`inviterId` text NOT NULL,
	FOREIGN KEY (`organizationId`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`inviterId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `invitation_by_organization` ON `invitation` (`organizationId`);--> statement-breakpoint
CREATE INDEX `invitation_by_email` ON `invitation` (`email`);--> statement-breakpoint
CREATE TABLE `member` (
	`id` text PRIMARY KEY NOT NULL,
	`organizationId` text NOT NULL,
	`userId` text NOT NULL,
	`role` text NOT NULL,
	`createdAt` text NOT NULL,
	FOREIGN KEY (`organizationId`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `member_by_organization` ON `member` (`organizationId`);--> statement-breakpoint
CREATE INDEX `member_by_user` ON `member` (`userId`);--> statement-breakpoint
CREATE TABLE `organization` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`logo` text,
	`createdAt` text NOT NULL,
	`metadata` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organization_slug_unique` ON `organization` (`slug`);--> statement-breakpoint
CREATE TABLE `rateLimit` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`count` integer NOT NULL,
	`lastRequest` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `rateLimit_key_unique` ON `rateLimit` (`key`);--> statement-breakpoint
CREATE TABLE `session` (
	`id` text PRIMARY KEY NOT NULL,
	`expiresAt` text NOT NULL,
	`token` text NOT NULL,
	`createdAt` text NOT NULL,
	`updatedAt` text NOT NULL,
	`ipAddress` text,
	`userAgent` text,
	`userId` text NOT NULL,
	`activeOrganizationId` text,
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `session_token_unique` ON `session` (`token`);--> statement-breakpoint
CREATE INDEX `session_by_user` ON `session` (`userId`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`emailVerified` integer NOT NULL,
	`image` text,
	`createdAt` text NOT NULL,
	`updatedAt` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_email_unique` ON `user` (`email`);--> statement-breakpoint
CREATE TABLE `verification` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expiresAt` text NOT NULL,
	`createdAt` text NOT NULL,
	`updatedAt` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verification_by_identifier` ON `verification` (`identifier`);--> statement-breakpoint
CREATE VIEW `pending_days` AS
  SELECT site_id, dimension, days.key AS day, counts.key AS value, counts.value ->> 0 AS visitors, counts.value ->> 1 AS visits, counts.value ->> 2 AS bounces, counts.value ->> 3 AS duration, counts.value ->> 4 AS pageviews, counts.value ->> 5 AS events, counts.value ->> 6 AS engaged_ms, counts.value ->> 7 AS scroll_sum, counts.value ->> 8 AS scroll_views
  FROM rollup_pending, json_each(body, '$.' || dimension) days, json_each(days.value) counts
  WHERE dimension <> '*'
  UNION ALL
  SELECT site_id, dimensions.key, days.key, counts.key, counts.value ->> 0 AS visitors, counts.value ->> 1 AS visits, counts.value ->> 2 AS bounces, counts.value ->> 3 AS duration, counts.value ->> 4 AS pageviews, counts.value ->> 5 AS events, counts.value ->> 6 AS engaged_ms, counts.value ->> 7 AS scroll_sum, counts.value ->> 8 AS scroll_views
  FROM rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days, json_each(days.value) counts
  WHERE dimension = '*';
