CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`at` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`property_id` text,
	`target` text,
	`network` text,
	`details` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_by_organization` ON `audit_log` (`organization_id`,`at`);--> statement-breakpoint
CREATE TABLE `live_holders` (
	`holder` text NOT NULL,
	`property_id` text NOT NULL,
	`opened_at` integer NOT NULL,
	PRIMARY KEY(`holder`, `property_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`key` text PRIMARY KEY NOT NULL,
	`full_at` integer NOT NULL,
	`failures` integer NOT NULL,
	`since` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `twoFactor` (
	`id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`backupCodes` text NOT NULL,
	`userId` text NOT NULL,
	`verified` integer,
	`failedVerificationCount` integer,
	`lockedUntil` text,
	FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `two_factor_by_user` ON `twoFactor` (`userId`);--> statement-breakpoint
ALTER TABLE `session` ADD `confirmedAt` text;--> statement-breakpoint
ALTER TABLE `user` ADD `twoFactorEnabled` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `created_by` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `used_at` integer;
