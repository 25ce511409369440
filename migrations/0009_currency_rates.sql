CREATE TABLE `currency_rates` (
	`site_id` text NOT NULL,
	`base` text NOT NULL,
	`currency` text NOT NULL,
	`date` text NOT NULL,
	`rate` text NOT NULL,
	PRIMARY KEY(`site_id`, `base`, `currency`, `date`)
) WITHOUT ROWID;
