-- Written by drizzle-kit from workers/storage/tables.ts. By hand: WITHOUT ROWID, which drizzle cannot say.
CREATE TABLE `packed_days` (
	`site_id` text NOT NULL,
	`dimension` text NOT NULL,
	`place` text NOT NULL,
	`day` text NOT NULL,
	`counts` blob NOT NULL,
	PRIMARY KEY(`site_id`, `dimension`, `place`, `day`)
) WITHOUT ROWID;
