// Preloaded into every child of the local system: ends it when its parent is gone, however the parent ended.

process.on("disconnect", () => process.exit(1));
// The channel alone must not keep a command alive that has done its work.
process.channel?.unref();
