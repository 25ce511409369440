// Texts of general errors: the network, the server, the dashboard itself.
export const words = {
  offline: "The server cannot be reached. Check your connection and try again.",
  status: (status: number): string => `The server responded with status ${status}`,
  internal: "Something went wrong in the dashboard. Try reloading the page.",
  pickerExpired: "Nothing was picked while the picker was open. Open it again.",
  windowBlocked: "The browser blocked the window. Allow pop-ups for this page and try again.",
} as const;
