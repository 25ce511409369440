// Runs before the first paint, so that a theme chosen by hand does not flash. A file of its own: the policy forbids inline script.
try {
  const theme = localStorage.getItem("trackkit.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked; the system's theme is shown then.
}
