ALTER TABLE `properties` ADD `shard_changes` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `properties` ADD `public_live` integer DEFAULT false NOT NULL;