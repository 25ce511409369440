// Runs before the first paint, so that a theme chosen by hand does not flash. A file of its own: the policy forbids inline script.
try {
  const theme = localStorage.getItem("trackkit.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked; the system's theme is shown then.
}

// The dashboard makes HTML of one kind of text: the templates that its own build wrote. They run nothing, so text that would
// run something is refused, wherever it came from (Trusted Types, required by the policy in _headers).
if (window.trustedTypes) {
  const runs = /<(?:script|iframe|object|embed|base|meta|link)\b|[\s"'/]on\w+\s*=|\bsrcdoc\s*=|javascript:/i;
  trustedTypes.createPolicy("default", {
    createHTML: (html) => {
      if (runs.test(html)) throw new TypeError("text that would run something is no HTML of the dashboard");
      return html;
    },
  });
}
