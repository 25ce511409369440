CREATE TABLE `visitor_secrets` (
	`site_id` text NOT NULL,
	`date` text NOT NULL,
	`secret` text NOT NULL,
	`made_at` integer NOT NULL,
	PRIMARY KEY(`site_id`, `date`)
) WITHOUT ROWID;
