// Preloaded into every child of the local system: ends it when its parent is gone, however the parent ended.

const end = (): never => process.exit(1);
process.on("disconnect", end);
// The channel alone must not keep a command alive that has done its work.
process.channel?.unref();

// wrangler lets go of the channel itself when a command is done; then there is an exit code to wait for.
const letGo = process.disconnect?.bind(process);
process.disconnect = () => {
  process.off("disconnect", end);
  letGo?.();
};
